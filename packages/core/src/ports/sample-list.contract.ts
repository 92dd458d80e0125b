/** @file What every list of samples must be: every page of any query is what sorting and filtering plain objects gives. */
import type { SampleQuery } from '@tintype/contracts/catalog';
import { expect, test } from 'vitest';
import type { Catalog } from './catalog.ts';
import { aRow, by, type OpenCatalog } from './catalog-builders.contract.ts';

interface Picture {
  id: string;
  path: string;
  className: string | null;
  sizeBytes: number;
  isRemoved: boolean;
  isTagged: boolean;
  predicted: string | undefined;
  confidence: number;
  brightness: number;
  /** Not every picture has it. */
  sharpness: number | undefined;
}

type Value = string | number | null | undefined;

const count = 60;
const classOf = (n: number): string | null => (n % 13 === 0 ? null : n % 3 === 0 ? 'dog' : 'cat');

function aPicture(n: number): Picture & { row: ReturnType<typeof aRow> } {
  const path = `${n % 5 === 0 ? 'shelf' : 'floor'}/${String((n * 37) % count).padStart(2, '0')}.jpg`;
  const row = aRow(path, { className: classOf(n), sizeBytes: 100 + (n % 7) });
  return {
    id: 'sample' in row ? row.sample.id : '',
    row,
    path,
    className: classOf(n),
    sizeBytes: 100 + (n % 7),
    isRemoved: n % 11 === 5,
    isTagged: n % 4 === 0,
    predicted: n % 10 === 9 ? undefined : n % 2 === 0 ? 'cat' : 'dog',
    confidence: ((n * 17) % 20) / 20,
    brightness: ((n * 29) % 16) / 16,
    sharpness: n % 6 === 1 ? undefined : (n * 23) % 31,
  };
}

async function fillWith(catalog: Catalog, pictures: readonly ReturnType<typeof aPicture>[]): Promise<void> {
  await catalog.samples.recordIngest(
    'pets',
    pictures.map(({ row }) => row),
    by,
  );
  const idsOf = (some: readonly Picture[]) => some.map(({ id }) => id);
  await catalog.tags.add(idsOf(pictures.filter(({ isTagged }) => isTagged)), 'blurry', by);
  await catalog.samplePredictions.record(
    pictures.flatMap(({ id, className, predicted, confidence }) =>
      predicted === undefined
        ? []
        : [{ model: 'pets', version: 1, sampleId: id, className, predicted, confidence, probabilities: null }],
    ),
  );
  await catalog.measures.record(pictures.map(({ id, brightness }) => ({ sampleId: id, brightness })));
  await catalog.measures.record(
    pictures.flatMap(({ id, sharpness }) => (sharpness === undefined ? [] : [{ sampleId: id, sharpness }])),
  );
  await catalog.samples.remove(idsOf(pictures.filter(({ isRemoved }) => isRemoved)), by);
}

const version = 'pets@1';
const filters: readonly [SampleQuery, (picture: Picture) => boolean][] = [
  [{}, () => true],
  [{ dataset: 'pets' }, () => true],
  [{ class: 'dog' }, ({ className }) => className === 'dog'],
  [{ class: '' }, ({ className }) => className === null],
  [{ text: 'shelf' }, ({ path }) => path.startsWith('shelf')],
  [{ text: '.jpg' }, () => true],
  [{ text: 'nowhere' }, () => false],
  [{ tag: 'blurry' }, ({ isTagged }) => isTagged],
  [{ tag: 'blurry', class: 'cat' }, ({ isTagged, className }) => isTagged && className === 'cat'],
  [{ version }, ({ predicted }) => predicted !== undefined],
  [{ version, class: '' }, ({ predicted, className }) => predicted !== undefined && className === null],
  [{ version, predicted: 'dog' }, ({ predicted }) => predicted === 'dog'],
  [
    { version, confidence: '0.2:0.6' },
    ({ predicted, confidence }) => predicted !== undefined && confidence >= 0.2 && confidence <= 0.6,
  ],
  [
    { version, wrong: true },
    ({ predicted, className }) => predicted !== undefined && className !== null && predicted !== className,
  ],
  [{ version, tag: 'blurry' }, ({ predicted, isTagged }) => predicted !== undefined && isTagged],
  [{ measure: 'brightness:0.25:0.75' }, ({ brightness }) => brightness >= 0.25 && brightness <= 0.75],
  [
    { measure: 'sharpness::10', class: 'cat' },
    ({ sharpness = 99, className }) => sharpness <= 10 && className === 'cat',
  ],
];
const orders: Partial<Record<string, (picture: Picture) => Value>> = {
  none: () => 0,
  path: ({ path }) => path,
  label: ({ className }) => className ?? '',
  size: ({ sizeBytes }) => sizeBytes,
  brightness: ({ brightness }) => brightness,
  sharpness: ({ sharpness }) => sharpness,
  confidence: ({ predicted, confidence }) => (predicted === undefined ? undefined : confidence),
};

function inOrder(pictures: readonly Picture[], valueOf: (picture: Picture) => Value, isDescending: boolean): string[] {
  const compare = (a: Value, b: Value): number => ((a ?? 0) < (b ?? 0) ? -1 : (a ?? 0) > (b ?? 0) ? 1 : 0);
  const sorted = pictures
    .filter((picture) => valueOf(picture) !== undefined)
    .toSorted((a, b) => compare(valueOf(a), valueOf(b)) || compare(a.id, b.id));
  return (isDescending ? sorted.toReversed() : sorted).map(({ id }) => id);
}

export function describeSampleLists(open: OpenCatalog): void {
  test.each(Object.keys(orders))('any page of any list in the order of %s is what it should be', async (by) => {
    await using catalog = await open();
    const pictures = Array.from({ length: count }, (_, n) => aPicture(n));
    await fillWith(catalog, pictures);
    const valueOf = orders[by] as (picture: Picture) => Value;

    for (const [filter, matches] of filters) {
      if (by === 'confidence' && filter.version === undefined) continue;
      for (const removed of [false, true]) {
        const found = pictures.filter((picture) => picture.isRemoved === removed && matches(picture));
        for (const isDescending of by === 'none' ? [false] : [false, true]) {
          const expected = inOrder(found, valueOf, isDescending);
          const sort = by === 'none' ? {} : { sort: `${isDescending ? '-' : ''}${by}` };
          const query = { ...filter, removed, ...sort } as SampleQuery;
          expect(await listPages(catalog, query)).toEqual(pagesOf(query, expected));
        }
      }
    }
  });
}

const limit = 7;
const offsets = [0, 3, 20, 38, 47, count];

interface ListedPage {
  offset: number;
  total: number;
  ids: string[];
  keys: string[];
  hasNext: boolean;
}

async function listPages(catalog: Catalog, query: SampleQuery): Promise<{ query: SampleQuery; pages: ListedPage[] }> {
  const pages: ListedPage[] = [];
  for (const offset of offsets) {
    const page = await catalog.samples.list({ ...query, offset, limit });
    const keys = await catalog.samples.listKeys({ ...query, offset, limit });
    pages.push({
      offset,
      total: page.total,
      ids: page.items.map(({ id }) => id),
      keys: keys.items.map(({ id }) => id),
      hasNext: page.nextCursor !== undefined,
    });
  }
  return { query, pages };
}

function pagesOf(query: SampleQuery, expected: readonly string[]): { query: SampleQuery; pages: ListedPage[] } {
  const pages = offsets.map((offset) => {
    const ids = expected.slice(offset, offset + limit);
    return { offset, total: expected.length, ids, keys: ids, hasNext: offset + limit < expected.length };
  });
  return { query, pages };
}
