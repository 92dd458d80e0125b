/** @file Training killed with SIGKILL at named points: what is registered is always whole, and training again works. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { encodeJpeg } from '@tintype/vision/sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readBundle } from '../model/bundle.ts';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool } from '../model/testing.ts';
import { objectKeys } from '../ports/object-store.ts';
import { fillDataset, stripes, type TestPicture } from '../train/testing.ts';

const entry = fileURLToPath(new URL('./fixtures/run-training.mjs', import.meta.url));
let root: string;

const openState = async (state: string) => ({
  catalog: await openSqliteCatalog({ path: join(state, 'catalog.sqlite'), clock }),
  store: await openFileStore({ folder: join(state, 'objects') }),
});

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-train-kill-'));
  const pictures: TestPicture[] = [];
  for (let n = 0; n < 24; n += 1) {
    const className = n % 2 === 0 ? 'across' : 'along';
    const bytes = await encodeJpeg({ data: stripes(n % 2, n), widthPx: 32, heightPx: 32 }, 90);
    pictures.push({ path: `${className}/${className}${n * 100}.jpg`, className, bytes });
  }
  await mkdir(join(root, 'start'));
  const { catalog, store } = await openState(join(root, 'start'));
  await fillDataset({ catalog, store, pool: inProcessPool<PictureTasks>(tasks) }, 'stripes', pictures);
  await catalog[Symbol.asyncDispose]();
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Exit code and signal. */
async function train(state: string, crashAt?: string): Promise<[number | null, string | null]> {
  const env = { ...process.env, NODE_OPTIONS: '', ...(crashAt === undefined ? {} : { TINTYPE_CRASH_AT: crashAt }) };
  const child = spawn(process.execPath, [entry, state], { stdio: ['ignore', 'ignore', 'inherit'], env });
  return (await once(child, 'close')) as [number | null, string | null];
}

/** Versions by number, each read back whole from the store. */
async function readVersions(state: string): Promise<{ versions: number[]; champion: number | undefined }> {
  const { catalog, store } = await openState(state);
  const [model] = await catalog.registry.list();
  for (const { bundleHash } of model?.versions ?? [])
    await readBundle(await store.localFolder(objectKeys.bundlePrefix(bundleHash)), bundleHash);
  const champion = await catalog.registry.findLatestAliased('champion');
  await catalog[Symbol.asyncDispose]();
  return { versions: model?.versions.map((v) => v.version).toSorted() ?? [], champion: champion?.version };
}

test.each([
  ['features.stored', [], [1]],
  ['register.file:2', [], [1]],
  ['register.stored', [], [1]],
  ['register.published', [1], [1, 2]],
])('killed at %s, versions %o are whole, and training again gives %o', async (point, before, after) => {
  const state = join(root, point.replace(/\W/g, '-'));
  await cp(join(root, 'start'), state, { recursive: true });

  const killed = await train(state, point);
  const left = await readVersions(state);
  const again = await train(state);

  expect(killed).toEqual([null, 'SIGKILL']);
  expect(left.versions).toEqual(before);
  expect(again).toEqual([0, null]);
  expect(await readVersions(state)).toEqual({ versions: after, champion: after.at(-1) });
});
