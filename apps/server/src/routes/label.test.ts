/** @file Labeling over HTTP: questions reach the engine, labels reach the catalog once, and what is wrong is said. */
import type { NextView } from '@tintype/contracts/label-assist';
import { openLabelService } from '@tintype/core/label/label-service';
import { tasks as labelTasks } from '@tintype/core/label/label-tasks';
import type { LabelTasks } from '@tintype/core/label/label-tasks.types';
import { histogramBackbone } from '@tintype/core/model/histogram-backbone';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import { inProcessPool } from '@tintype/core/model/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { anIngestedPicture, aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson } from '../testing/ask.ts';

let server: TestServer;
let ids: string[];
beforeAll(async () => {
  server = await aServer({
    openLabels: ({ catalog, store, config: { limits } }) =>
      openLabelService(
        {
          catalog,
          store,
          engine: inProcessPool<LabelTasks>(labelTasks),
          // What a picture shows is its first byte.
          pictures: inProcessPool<PictureTasks>({
            openBackbone: async () => null as never,
            closeBackbone: async () => null as never,
            extract: async ({ bytes }) =>
              Float32Array.from({ length: histogramBackbone.dimensions }, (_, d) =>
                d === (bytes[0] ?? 0) % 7 ? 1 : 0.1,
              ),
          }),
        },
        {
          resolve: async () => ({ backbone: histogramBackbone, shape: 'flatten', notices: [] }),
          limits,
          patienceMs: 30_000,
        },
      ),
  });
  ids = [];
  for (let n = 0; n < 8; n += 1)
    ids.push(await anIngestedPicture(server.workspace, { bytes: Uint8Array.of(n % 2, n), path: `${n}.png` }));
});
afterAll(() => server.close());

const anEvent = (id: string, sampleId: string, className: string | null) => ({ id, sampleId, className });

test('what is shown next says why, and once it is labeled it is shown no more', async () => {
  const before = await ask(server.address, '/api/label/next?count=3');
  const { items } = before.json() as unknown as NextView;
  const [first] = items;
  const labeled = await askJson(server.address, '/api/label/events', {
    events: [anEvent('event-001', first?.sampleId ?? '', 'cat')],
  });
  const after = (await ask(server.address, '/api/label/next?count=100')).json() as unknown as NextView;

  expect(before.status).toBe(200);
  expect(items).toHaveLength(3);
  expect(items[0]).toMatchObject({ suggestion: null, wanted: null });
  expect(labeled.json()).toEqual({ changed: 1 });
  expect(after.items.some(({ sampleId }) => sampleId === first?.sampleId)).toBe(false);
  expect(after.progress).toMatchObject({ labeled: 1, unlabeled: 7 });
});

test('a label that is sent twice is there once, with who gave it', async () => {
  const event = anEvent('event-twice', ids[7] as string, 'dog');

  await askJson(server.address, '/api/label/events', { events: [event] });
  await askJson(server.address, '/api/label/events', { events: [event] });

  const history = await server.workspace.catalog.samples.listLabelEvents(ids[7] as string);
  expect(history.filter(({ id }) => id === 'event-twice')).toMatchObject([
    { className: 'dog', annotator: 'local', source: 'human' },
  ]);
});

test('pages, heaps, suspects and forecasts answer from the labels that are there', async () => {
  await askJson(server.address, '/api/label/events', {
    events: ids.slice(0, 4).map((id, n) => anEvent(`event-page-${n}`, id, n % 2 === 0 ? 'cat' : 'dog')),
  });

  const grids = (await ask(server.address, '/api/label/grids?size=2')).json();
  const clusters = (await ask(server.address, '/api/label/clusters')).json();
  const suspects = (await ask(server.address, '/api/label/suspects?limit=2')).json();
  const forecast = (await ask(server.address, '/api/label/forecast')).json();
  const { progress } = (await ask(server.address, '/api/label/next?count=1')).json() as unknown as NextView;

  expect((grids.items as { className: string }[]).map(({ className }) => className).toSorted()).toEqual(['cat', 'dog']);
  expect((clusters.items as { sampleIds: string[] }[]).flatMap((one) => one.sampleIds)).toHaveLength(
    progress.unlabeled,
  );
  expect(suspects.items).toHaveLength(2);
  expect(forecast).toEqual({ forecast: null });
});

test('an audit states its bound', async () => {
  const planned = await ask(server.address, '/api/label/audit-bound?size=100000&looks=152&errors=0&planned=true');

  expect(planned.json()).toMatchObject({ method: 'planned', looks: 152, errors: 0 });
  expect(planned.json().upper as number).toBeLessThan(0.0201);
});

test('classes are listed with their keys, changed with their labels, and changed back', async () => {
  await askJson(server.address, '/api/label/events', { events: [anEvent('event-class', ids[6] as string, 'cat')] });
  const change = (body: unknown) => askJson(server.address, '/api/classes/changes', body);

  const renamed = await change({ kind: 'rename', name: 'cat', to: 'tiger' });
  const { items } = (await ask(server.address, '/api/classes')).json() as { items: { name: string }[] };
  const taken = await change({ kind: 'add', name: 'tiger' });
  const undone = await change({ kind: 'undo', change: renamed.json().id });
  const log = (await ask(server.address, '/api/classes/changes')).json() as { items: { change: unknown }[] };

  expect(renamed.json()).toMatchObject({ change: { kind: 'rename', name: 'cat', to: 'tiger' }, annotator: 'local' });
  expect(items.map(({ name }) => name)).toContain('tiger');
  expect([taken.status, taken.json().code]).toEqual([409, 'CLASS_EXISTS']);
  expect(undone.json().labels).toBe(renamed.json().labels);
  expect(log.items[0]?.change).toEqual({ kind: 'undo', change: renamed.json().id });
  expect((await server.workspace.catalog.samples.get(ids[6] as string)).className).toBe('cat');
});

test('what cannot be is refused with a sentence', async () => {
  const audit = await ask(server.address, '/api/label/audit-bound?size=10&looks=5&errors=6');
  const unknown = await askJson(server.address, '/api/label/events', {
    events: [anEvent('event-unknown', 's_00000000000000000000', 'cat')],
  });
  const named = await ask(server.address, '/api/label/grids?className=zebra');
  const dataset = await ask(server.address, '/api/label/next?dataset=nowhere');

  expect([audit.status, audit.json().code]).toEqual([400, 'VALIDATION_FAILED']);
  expect([unknown.status, unknown.json().code]).toEqual([404, 'SAMPLE_NOT_FOUND']);
  expect([named.status, named.json().code]).toEqual([404, 'CLASS_NOT_FOUND']);
  expect([dataset.status, dataset.json().code]).toEqual([404, 'DATASET_NOT_FOUND']);
});
