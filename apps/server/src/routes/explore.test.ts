/** @file Exploring over HTTP: nothing yet, begun once, shown when it is there; and the map in pieces. */
import { exploreViewSchema, mapViewSchema } from '@tintype/contracts/explore';
import { exploreDataset } from '@tintype/core/explore/explore-dataset';
import { tasks as exploreTasks } from '@tintype/core/explore/explore-tasks';
import type { ExploreTasks } from '@tintype/core/explore/explore-tasks.types';
import { histogramBackbone } from '@tintype/core/model/histogram-backbone';
import { tasks as pictureTasks } from '@tintype/core/model/picture-tasks';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import { inProcessPool } from '@tintype/core/model/testing';
import { fillDataset, stripes } from '@tintype/core/train/testing';
import { encodeJpeg } from '@tintype/vision/sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';

let server: TestServer;
const pictures = inProcessPool<PictureTasks>(pictureTasks);

beforeAll(async () => {
  server = await aServer();
  const { catalog, store } = server.workspace;
  const drawn = await Promise.all(
    Array.from({ length: 12 }, async (_, n) => ({
      path: `${n}.jpg`,
      className: n % 2 === 0 ? 'cat' : 'dog',
      bytes: await encodeJpeg({ data: stripes(n % 2, n), widthPx: 32, heightPx: 32 }, 90),
    })),
  );
  await fillDataset({ catalog, store, pool: pictures }, 'default', drawn);
});
afterAll(() => server.close());

async function exploreNow(): Promise<void> {
  const { catalog, store, clock, config } = server.workspace;
  const engine = inProcessPool<ExploreTasks>(exploreTasks);
  await exploreDataset(
    { catalog, measures: catalog.measures, store, clock, pictures, engine },
    {},
    { resolve: async () => ({ backbone: histogramBackbone, shape: 'flatten', notices: [] }), limits: config.limits },
  );
}

test('a dataset that was never explored says so, and has no map', async () => {
  const view = await ask(server.address, '/api/explore');
  const map = await ask(server.address, '/api/explore/map?method=umap');

  expect(view.json()).toEqual({ dataset: 'default', report: null, isStale: false, methods: [], job: null });
  expect([map.status, map.json().code]).toEqual([404, 'MAP_NONE_YET']);
});

test('it is begun once, however often it is asked for, and shown as the job that it is', async () => {
  const first = await askJson(server.address, '/api/explore', {});
  const second = await askJson(server.address, '/api/explore', { dataset: 'default' });
  const view = exploreViewSchema.parse((await ask(server.address, '/api/explore')).json());

  expect([first.status, second.status]).toEqual([202, 202]);
  expect(second.json()).toEqual(first.json());
  expect(view.job).toMatchObject({ id: first.json().job, kind: 'explore', status: 'queued' });
  await server.workspace.queue.cancel(first.json().job as string);
});

test('what was found is shown, and the map comes whole though it is written in pieces', async () => {
  await exploreNow();

  const view = exploreViewSchema.parse((await ask(server.address, '/api/explore?dataset=default')).json());
  const reply = await ask(server.address, '/api/explore/map?dataset=default&method=pca');
  const map = mapViewSchema.parse(reply.json());

  expect(view.report).toMatchObject({ pictures: 12, unlabeled: 0 });
  expect(view).toMatchObject({ isStale: false, methods: ['pca', 'umap'] });
  expect(reply.headers['content-type']).toMatch(/^application\/json/);
  expect(map.blocks[0]?.sampleIds).toHaveLength(12);
  expect(map.classes.toSorted()).toEqual(['cat', 'dog']);
});

test('what is not there or not allowed is refused', async () => {
  const unknown = await ask(server.address, '/api/explore?dataset=zebra');
  const extra = await askJson(server.address, '/api/explore', { dataset: 'default', html: '/etc/passwd' });
  const method = await ask(server.address, '/api/explore/map?method=tsne');

  expect([unknown.status, unknown.json().code]).toEqual([404, 'DATASET_NOT_FOUND']);
  expect([extra.status, extra.json().code]).toEqual([400, 'VALIDATION_FAILED']);
  expect([method.status, method.json().code]).toEqual([400, 'VALIDATION_FAILED']);
});
