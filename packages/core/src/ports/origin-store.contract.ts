/** @file What every catalog must do with origins: files change, go and come back, and no label is lost. */
import { expect, test } from 'vitest';
import type { Catalog, IngestRow, KnownOrigin } from './catalog.ts';
import { aRow, by, idOf, type OpenCatalog } from './catalog-builders.contract.ts';

const following = { annotator: 'sync', at: 2000, isFollowing: true };

/** The row of an object: `content` names its picture. */
function anObject(path: string, content: string, className: string | null = 'cat'): IngestRow {
  const row = aRow(content, { className });
  return { ...row, origin: { location: 's3://pets/', path, sizeBytes: 1, modifiedAt: 1, etag: content } } as IngestRow;
}

const location = 's3://pets/';

async function listOrigins(catalog: Catalog): Promise<KnownOrigin[]> {
  const all: KnownOrigin[] = [];
  for await (const origin of catalog.origins.stream('pets', location)) all.push(origin);
  return all;
}

const isRemoved = async (catalog: Catalog, content: string): Promise<boolean> =>
  (await catalog.samples.get(idOf(content))).removedAt !== null;

export function describeOriginStore(open: OpenCatalog): void {
  test('origins come in the order of their bytes, with sample and tag, over many pages', async () => {
    await using catalog = await open();
    const paths = ['\u{ffee}.jpg', '😀.jpg', 'ü.jpg', 'z.jpg', 'Z.jpg', 'a b.jpg', 'a+b.jpg'];
    const many = Array.from({ length: 1500 }, (_, index) => `many/${String(index).padStart(4, '0')}.jpg`);
    await catalog.samples.recordIngest(
      'pets',
      [...paths, ...many].map((path) => anObject(path, path)),
      following,
    );

    const origins = await listOrigins(catalog);

    const bytewise = [...paths, ...many].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(origins.map(({ path }) => path)).toEqual(bytewise);
    expect(origins.find(({ path }) => path === 'ü.jpg')).toMatchObject({
      etag: 'ü.jpg',
      sampleId: idOf('ü.jpg'),
      deletedAt: null,
    });
  });

  test('origins are found by their paths, more than one question can hold, in the order of their bytes', async () => {
    await using catalog = await open();
    const paths = ['😀.jpg', '\u{ffee}.jpg', 'ü +.jpg', 'a.jpg'];
    await catalog.samples.recordIngest(
      'pets',
      paths.map((path) => anObject(path, path)),
      following,
    );
    await catalog.origins.markDeleted('pets', location, ['a.jpg'], following);
    const many = Array.from({ length: 1200 }, (_, index) => `absent ${index}.jpg`);

    const found = await catalog.origins.findAt('pets', location, [...many, ...paths.slice(0, 3), 'a.jpg', 'none.jpg']);

    expect(found.map(({ path, deletedAt }) => [path, deletedAt])).toEqual([
      ['a.jpg', following.at],
      ['ü +.jpg', null],
      ['\u{ffee}.jpg', null],
      ['😀.jpg', null],
    ]);
    expect(await catalog.origins.findAt('pets', 's3://other/', paths)).toEqual([]);
    expect(await catalog.origins.findAt('pets', location, [])).toEqual([]);
  });

  test('a file that changed takes the place of what it was, with its label, which is flagged', async () => {
    await using catalog = await open();
    await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'old')], following);
    await catalog.samples.appendLabelEvents([
      { id: 'label_by_hand', sampleId: idOf('old'), className: 'dog', annotator: 'ann', source: 'human', at: 1500 },
    ]);

    const { outcomes } = await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'new')], following);

    expect(outcomes).toEqual(['changed']);
    expect(await catalog.samples.get(idOf('new'))).toMatchObject({ className: 'dog', removedAt: null });
    expect(await catalog.samples.get(idOf('old'))).toMatchObject({ className: 'dog', removedAt: following.at });
    const { items } = await catalog.samples.listIssues({ dataset: 'pets' });
    expect(items).toMatchObject([{ kind: 'changed-object', sampleId: idOf('new'), path: 'a.jpg' }]);
    expect((await listOrigins(catalog)).map(({ sampleId }) => sampleId)).toEqual([idOf('new')]);
  });

  test('what another file still is stays when one of its files changes or goes', async () => {
    await using catalog = await open();
    const rows = ['a.jpg', 'b.jpg', 'c.jpg'].map((path) => anObject(path, 'same'));
    await catalog.samples.recordIngest('pets', rows, following);

    await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'new')], following);
    const first = await catalog.origins.markDeleted('pets', location, ['b.jpg'], following);
    const stillThere = await isRemoved(catalog, 'same');
    const second = await catalog.origins.markDeleted('pets', location, ['c.jpg'], { ...following, at: 3000 });

    expect([first, stillThere, second, await isRemoved(catalog, 'same')]).toEqual([0, false, 1, true]);
  });

  test('without following, a changed file is taken beside what it was', async () => {
    await using catalog = await open();
    await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'old')], by);

    const { outcomes } = await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'new')], by);

    expect(outcomes).toEqual(['added']);
    expect(await isRemoved(catalog, 'old')).toBe(false);
  });

  test('a file that went and comes back takes its sample out of the trash, whichever of several files it is', async () => {
    await using catalog = await open();
    await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'x'), anObject('b.jpg', 'x')], following);
    await catalog.origins.markDeleted('pets', location, ['a.jpg'], following);
    await catalog.origins.markDeleted('pets', location, ['b.jpg'], { ...following, at: 3000 });
    const gone = await isRemoved(catalog, 'x');

    const restored = await catalog.origins.markReturned('pets', location, ['a.jpg'], { ...following, at: 4000 });

    expect([gone, restored, await isRemoved(catalog, 'x')]).toEqual([true, 1, false]);
    expect((await listOrigins(catalog)).map(({ deletedAt }) => deletedAt)).toEqual([null, 3000]);
    expect(await catalog.samples.get(idOf('x'))).toMatchObject({ className: 'cat' });
  });

  test('the same picture under another name takes its sample out of the trash too', async () => {
    await using catalog = await open();
    await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'x')], following);
    await catalog.origins.markDeleted('pets', location, ['a.jpg'], following);

    const { outcomes } = await catalog.samples.recordIngest('pets', [anObject('b.jpg', 'x')], following);

    expect([outcomes, await isRemoved(catalog, 'x')]).toEqual([['duplicate'], false]);
  });

  test('what a person moved to the trash stays there, whatever its files do', async () => {
    await using catalog = await open();
    await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'x')], following);
    await catalog.samples.remove([idOf('x')], { annotator: 'ann', at: 1500 });

    await catalog.origins.markDeleted('pets', location, ['a.jpg'], following);
    const restored = await catalog.origins.markReturned('pets', location, ['a.jpg'], { ...following, at: 3000 });
    await catalog.samples.recordIngest('pets', [anObject('b.jpg', 'x')], following);

    expect([restored, await isRemoved(catalog, 'x')]).toEqual([0, true]);
  });

  test('a file that is rejected once it changed stays what it was, and is that when it is mended', async () => {
    await using catalog = await open();
    await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'old')], following);
    const { origin } = anObject('a.jpg', 'broken');
    const rejection = { code: 'IMAGE_TRUNCATED', detail: 'The picture ends too early.' };

    await catalog.samples.recordIngest('pets', [{ origin, rejection }], following);
    const [known] = await listOrigins(catalog);
    const { outcomes } = await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'new')], following);

    expect(known).toMatchObject({ etag: 'broken', sampleId: idOf('old') });
    expect(outcomes).toEqual(['changed']);
    expect(await isRemoved(catalog, 'old')).toBe(true);
    const { items } = await catalog.samples.listIssues({ dataset: 'pets', kind: 'rejected-file' });
    expect(items).toEqual([]);
  });

  test('marking twice is marking once, and paths that are not known are passed over', async () => {
    await using catalog = await open();
    await catalog.samples.recordIngest('pets', [anObject('a.jpg', 'x')], following);

    const first = await catalog.origins.markDeleted('pets', location, ['a.jpg', 'nothing.jpg'], following);
    const again = await catalog.origins.markDeleted('pets', location, ['a.jpg'], { ...following, at: 9000 });

    expect([first, again]).toEqual([1, 0]);
    expect((await listOrigins(catalog)).map(({ deletedAt }) => deletedAt)).toEqual([following.at]);
  });
}
