/** @file Samples, pictures and issues over real HTTP. */
import { createHash } from 'node:crypto';
import { issuesViewSchema, samplesViewSchema, sampleViewSchema, workspaceViewSchema } from '@tintype/contracts/api';
import { objectKeys } from '@tintype/core/ports/object-store';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anIngestedPicture, aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';

let server: TestServer;
let catId: string;
let dogId: string;
const dogBytes = Uint8Array.from({ length: 2 ** 20 + 500 }, (_, i) => i % 253);
beforeAll(async () => {
  server = await aServer();
  catId = await anIngestedPicture(server.workspace, {
    bytes: Buffer.from('<svg onload=alert(1)>'),
    path: 'cat/a.png',
    className: 'cat',
  });
  dogId = await anIngestedPicture(server.workspace, { bytes: dogBytes, path: 'dog/b.png', className: 'dog' });
});
afterAll(() => server.close());

test('the workspace shows its datasets and that nothing is served', async () => {
  const view = workspaceViewSchema.parse((await ask(server.address, '/api/workspace')).json());

  expect(view.serving).toBeNull();
  expect(view.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(view.datasets).toEqual([expect.objectContaining({ name: 'default', samples: 2 })]);
});

test('samples are listed by class, by text and page by page', async () => {
  const list = async (query: string) =>
    samplesViewSchema.parse((await ask(server.address, `/api/samples${query}`)).json());

  expect((await list('?className=cat')).items.map((sample) => sample.id)).toEqual([catId]);
  expect((await list('?text=B.PNG')).items.map((sample) => sample.id)).toEqual([dogId]);
  const first = await list('?limit=1');
  expect(first.total).toBe(2);
  const second = await list(`?limit=1&cursor=${encodeURIComponent(first.nextCursor ?? '')}`);
  expect([...first.items, ...second.items].map((sample) => sample.id).toSorted()).toEqual([catId, dogId].toSorted());
});

test('a sample comes with the history of its labels', async () => {
  const view = sampleViewSchema.parse((await ask(server.address, `/api/samples/${catId}`)).json());

  expect(view.className).toBe('cat');
  expect(view.labels.map((label) => label.className)).toEqual(['cat']);
});

test('a picture is served as the bytes that were ingested, under its recorded type, unable to run', async () => {
  const response = await fetch(`${server.address}/api/samples/${dogId}/picture`);

  expect(Buffer.from(await response.arrayBuffer()).equals(dogBytes)).toBe(true);
  const { headers } = await ask(server.address, `/api/samples/${catId}/picture`);
  expect(headers['content-type']).toBe('image/png');
  expect(headers['x-content-type-options']).toBe('nosniff');
  expect(headers['content-security-policy']).toBe("default-src 'none'; sandbox");
});

test('a thumbnail is cached for good under its hash', async () => {
  const path = `/api/samples/${catId}/thumbnail`;
  const hash = createHash('sha256').update('<svg onload=alert(1)>').digest('hex');

  const reply = await ask(server.address, path);
  expect(reply.text).toBe('thumbnail of cat/a.png');
  expect(reply.headers).toMatchObject({
    'content-type': 'image/jpeg',
    'cache-control': 'private, max-age=31536000, immutable',
    etag: `"${hash}"`,
  });

  const again = await ask(server.address, path, { headers: { 'if-none-match': `W/"x", "${hash}"` } });
  expect(again).toMatchObject({ status: 304, text: '' });
});

test('HEAD of a picture tells its size and type without its bytes', async () => {
  const reply = await ask(server.address, `/api/samples/${dogId}/picture`, { method: 'HEAD' });

  expect(reply).toMatchObject({ status: 200, text: '' });
  expect(reply.headers).toMatchObject({ 'content-length': String(dogBytes.length), 'content-type': 'image/png' });
});

test('a picture whose bytes are gone is answered with OBJECT_NOT_FOUND', async () => {
  const bytes = Buffer.from('lost');
  const id = await anIngestedPicture(server.workspace, { bytes, path: 'cat/lost.png' });
  await server.workspace.store.remove(objectKeys.source(createHash('sha256').update(bytes).digest('hex')));

  const reply = await ask(server.address, `/api/samples/${id}/picture`);

  expect(reply.status).toBe(404);
  expect(reply.json()).toMatchObject({ code: 'OBJECT_NOT_FOUND' });
});

test('samples go to the trash and come back, and saying it twice changes nothing', async () => {
  const change = async (verb: string) =>
    (await askJson(server.address, `/api/samples/${verb}`, { ids: [dogId] })).json();

  expect(await change('remove')).toEqual({ changed: 1 });
  expect(await change('remove')).toEqual({ changed: 0 });
  const removed = (await ask(server.address, '/api/samples?removed=true')).json();
  expect(removed).toMatchObject({ total: 1, items: [{ id: dogId }] });
  expect(await change('restore')).toEqual({ changed: 1 });
});

test('one unknown sample among many changes nothing', async () => {
  const reply = await askJson(server.address, '/api/samples/remove', { ids: [catId, 's_00000000000000000000'] });

  expect(reply.status).toBe(404);
  expect((await ask(server.address, `/api/samples/${catId}`)).json()).toMatchObject({ removedAt: null });
});

test('issues are listed by kind', async () => {
  await server.workspace.catalog.samples.recordIssues([
    {
      id: 'issue_1',
      dataset: 'default',
      kind: 'near-duplicate',
      sampleId: catId,
      path: 'cat/a.png',
      code: 'NEAR_DUPLICATE',
      detail: 'Looks like another.',
      score: 0.9,
      at: 1,
    },
  ]);

  const view = issuesViewSchema.parse((await ask(server.address, '/api/issues?kind=near-duplicate')).json());
  const none = issuesViewSchema.parse((await ask(server.address, '/api/issues?kind=rejected-file')).json());

  expect(view.items).toEqual([expect.objectContaining({ id: 'issue_1' })]);
  expect(none.total).toBe(0);
});

test('for a screen, formats that browsers do not show come as a JPEG, and the others as they are', async () => {
  const bytes = Buffer.from('a picture of a phone');
  const id = await anIngestedPicture(server.workspace, { bytes, path: 'dog/c.heic', format: 'heic' });
  const etag = `"${createHash('sha256').update(bytes).digest('hex')}-screen"`;

  const shown = await ask(server.address, `/api/samples/${id}/picture?for=screen`);
  const again = await ask(server.address, `/api/samples/${id}/picture?for=screen`, {
    headers: { 'if-none-match': etag },
  });
  const original = await ask(server.address, `/api/samples/${id}/picture`);
  const png = await ask(server.address, `/api/samples/${catId}/picture?for=screen`);

  expect(shown).toMatchObject({ status: 200, text: 'a JPEG of 2048' });
  expect(shown.headers).toMatchObject({
    'content-type': 'image/jpeg',
    'content-security-policy': "default-src 'none'; sandbox",
    etag,
  });
  expect(again).toMatchObject({ status: 304, text: '' });
  expect(original).toMatchObject({ text: 'a picture of a phone' });
  expect(original.headers['content-type']).toBe('image/heic');
  expect(png.headers['content-type']).toBe('image/png');
});

test('a picture that cannot be made for a screen is a failure that no browser keeps', async () => {
  const bytes = Buffer.from('lost, of a phone');
  const id = await anIngestedPicture(server.workspace, { bytes, path: 'dog/d.heic', format: 'heic' });
  await server.workspace.store.remove(objectKeys.source(createHash('sha256').update(bytes).digest('hex')));

  const reply = await ask(server.address, `/api/samples/${id}/picture?for=screen`);

  expect(reply.status).toBe(404);
  expect(reply.json()).toMatchObject({ code: 'OBJECT_NOT_FOUND' });
  expect(reply.headers['cache-control'] ?? '').not.toContain('max-age');
  expect(reply.headers).not.toHaveProperty('etag');
});
