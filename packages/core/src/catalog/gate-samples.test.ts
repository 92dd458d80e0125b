/** @file A dataset through gates, with a real catalog: what fails, what is kept, what is dropped and comes back. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { TintypeError } from '@tintype/contracts/errors';
import { type GatedSample, type GateReport, parseGates } from '@tintype/contracts/gate';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { aPicture } from '@tintype/vision/testing/a-picture';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { type InProcessPool, inProcessPool, type MemoryStore, memoryStore } from '../model/testing.ts';
import type { Catalog } from '../ports/catalog.ts';
import { objectKeys } from '../ports/object-store.ts';
import { fillDataset } from '../train/testing.ts';
import { type GateSamplesRequest, gateSamples } from './gate-samples.ts';

const detectors = { settings: {}, folder: '.' };
let folder: string;
let catalog: Catalog;
let store: MemoryStore;
let pool: InProcessPool<PictureTasks>;
/** Of the pictures, by side in pixels. */
let hashes: string[];
let datasets = 0;
let dataset: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-gate-samples-'));
  catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
});
beforeEach(async () => {
  store = memoryStore();
  pool = inProcessPool<PictureTasks>(tasks);
  datasets += 1;
  dataset = `set-${datasets}`;
  const sides = [20, 30, 90, 100];
  const pictures = await Promise.all(
    sides.map(async (side, n) => ({
      path: `${side}.png`,
      className: n % 2 === 0 ? 'even' : 'odd',
      bytes: await aPicture({ seed: n, widthPx: side, heightPx: 100 }).png().toBuffer(),
    })),
  );
  hashes = await fillDataset({ catalog, store, pool }, dataset, pictures);
  pool.calls.length = 0;
});
afterAll(async () => {
  await catalog[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function gate(
  texts: readonly string[],
  change: Partial<GateSamplesRequest> = {},
): Promise<{ rows: GatedSample[]; report: GateReport }> {
  const request = { dataset, gates: parseGates(texts), detectors, limits, ...change };
  const walk = gateSamples({ catalog, store, pool, clock }, request);
  const rows: GatedSample[] = [];
  for (let next = await walk.next(); ; next = await walk.next()) {
    if (next.done) return { rows, report: next.value };
    rows.push(next.value);
  }
}

test('what fails is told with its reason, and the size that the catalog knows is not measured again', async () => {
  const { rows, report } = await gate(['min-size=64']);

  expect(rows.map(({ path }) => path).toSorted()).toEqual(['20.png', '30.png']);
  expect(rows.find(({ path }) => path === '30.png')).toMatchObject({
    content_hash: hashes[1],
    class: 'odd',
    reason: 'TOO_SMALL',
    error: expect.stringContaining('30 x 100 pixels') as string,
  });
  expect(report).toEqual({ dataset, checked: 4, refused: 2, dropped: 0, reasons: { TOO_SMALL: 2 } });
  expect(pool.calls).toEqual([]);
});

test('what was measured once is not measured again, whatever is asked of it', async () => {
  const first = await gate(['blur=1']);
  const measured = pool.calls.length;

  const second = await gate(['blur=100000']);

  expect(measured).toBe(4);
  expect(first.report.refused).toBe(0);
  expect(second.report).toMatchObject({ refused: 4, reasons: { TOO_BLURRED: 4 } });
  expect(pool.calls).toHaveLength(measured);
});

test('what was measured before an interruption is kept', async () => {
  const stop = new AbortController();
  const onProgress = (checked: number): void => {
    if (checked === 2) stop.abort();
  };

  const interrupted = gate(['blur=1'], { signal: stop.signal, onProgress });
  await expect(interrupted).rejects.toMatchObject({ code: 'CANCELLED' });
  const known = pool.calls.length;
  await gate(['blur=1']);

  expect(known).toBeGreaterThanOrEqual(2);
  expect(pool.calls).toHaveLength(4);
});

test('a damaged shard of measures is left out and made anew', async () => {
  await gate(['blur=1']);
  const [key] = [...store.objects.keys()].filter((name) => name.startsWith('measures/'));
  store.objects.set(key as string, new Uint8Array(40));
  pool.calls.length = 0;

  await gate(['blur=1']);

  expect(pool.calls).toHaveLength(4);
});

test('what fails goes to the trash where that is asked for, and comes back', async () => {
  const { report, rows } = await gate(['min-size=64'], { drop: { annotator: 'somebody' } });
  const left = await catalog.samples.list({ dataset });
  await catalog.samples.restore(
    rows.map(({ sample }) => sample),
    { annotator: 'test', at: 2 },
  );

  expect(report.dropped).toBe(2);
  expect(left.items.map(({ path }) => path).toSorted()).toEqual(['100.png', '90.png']);
  expect((await catalog.samples.list({ dataset })).total).toBe(4);
});

test('a picture that cannot be read fails by its own code; one whose bytes are gone ends the walk', async () => {
  store.objects.set(objectKeys.source(hashes[3] as string), new Uint8Array(100));

  const { report } = await gate(['blur=1']);
  store.objects.delete(objectKeys.source(hashes[3] as string));

  expect(report.reasons).toEqual({ IMAGE_UNRECOGNIZED: 1 });
  await expect(gate(['blur=1'])).rejects.toMatchObject({ code: 'OBJECT_NOT_FOUND' });
});

test('a picture that kills its child is refused, and the others are judged all the same', async () => {
  let asked = 0;
  const deadly = inProcessPool<PictureTasks>({
    gate: async (input) => {
      asked += 1;
      if (asked === 1) throw new TintypeError('CHILD_CRASHED', { reason: 'ran out of memory' });
      return tasks.gate(input);
    },
  });
  pool = deadly;

  const { report } = await gate(['blur=1']);

  expect(report).toMatchObject({ checked: 4, refused: 1, reasons: { CHILD_CRASHED: 1 } });
});

test('a dataset that is not there, and a detector that is not set, are said before anything is read', async () => {
  await expect(gate(['min-size=1'], { dataset: 'nothing' })).rejects.toMatchObject({ code: 'DATASET_NOT_FOUND' });
  await expect(gate(['person-count=1'])).rejects.toMatchObject({ code: 'DETECTOR_MISSING' });
});
