/** @file Sync and the drop zone killed with SIGKILL at named points end as if they had never been killed: nothing lost, nothing doubled. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FakeCloud } from '@tintype/adapters/buckets/testing/fake-cloud';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { expect, onTestFinished, test } from 'vitest';
import { objectKeys } from '../ports/object-store.ts';

const entry = fileURLToPath(new URL('./fixtures/run-bucket.mjs', import.meta.url));

interface World {
  cloud: FakeCloud;
  state: string;
  /** Exit code and signal of a run, killed at the Nth time that it comes to a point. */
  run: (mode: 'sync' | 'drop', crashAt?: string) => Promise<unknown[]>;
}

async function aWorld(): Promise<World> {
  const state = mkdtempSync(join(tmpdir(), 'tintype-bucket-kill-'));
  onTestFinished(() => rmSync(state, { recursive: true, force: true }));
  const cloud = await startFakeS3();
  onTestFinished(() => cloud[Symbol.asyncDispose]());
  const keys = { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret', NODE_OPTIONS: '' };
  return {
    cloud,
    state,
    async run(mode, crashAt) {
      const crash = crashAt === undefined ? {} : { TINTYPE_CRASH_AT: crashAt };
      const child = spawn(process.execPath, [entry, state, cloud.endpoint, mode], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, ...keys, ...crash },
      });
      return once(child, 'close');
    },
  };
}

/** Pictures, duplicates and files that are refused. */
function fill(cloud: FakeCloud, folder: string): void {
  for (let number = 0; number < 45; number += 1) {
    cloud.put(`photos/${folder}/class ${number % 3}/ü+${number}.jpg`, `picture ${number}`);
    if (number % 20 === 0) cloud.put(`photos/${folder}/class 0/again ${number}.jpg`, `picture ${number}`);
    if (number % 25 === 0) cloud.put(`photos/${folder}/class 1/bad ${number}.jpg`, `bad ${number}`);
  }
}

/** A second look finds some objects changed, some gone and one moved. */
function change(cloud: FakeCloud): void {
  for (let number = 0; number < 45; number += 9)
    cloud.put(`photos/in/class ${number % 3}/ü+${number}.jpg`, `other picture ${number}`);
  for (let number = 1; number < 45; number += 9) cloud.objects.delete(`photos/in/class ${number % 3}/ü+${number}.jpg`);
  cloud.objects.delete('photos/in/class 2/ü+5.jpg');
  cloud.put('photos/in/class 2/moved.jpg', 'picture 5');
}

/** Everything that catalog and bucket hold, without times and random ids. A row without its bytes fails here. */
async function readOutcome({ cloud, state }: World): Promise<unknown> {
  await using catalog = await openSqliteCatalog({ path: join(state, 'catalog.sqlite'), clock });
  const samples: unknown[] = [];
  for (const removed of [false, true]) {
    for await (const { id, path, className, contentHash } of catalog.samples.stream({ dataset: 'd', removed })) {
      expect(cloud.objects.has(`photos/tintype/${objectKeys.source(contentHash)}`)).toBe(true);
      expect(cloud.objects.has(`photos/tintype/${objectKeys.thumbnail(contentHash)}`)).toBe(true);
      const labels = (await catalog.samples.listLabelEvents(id)).map((event) => event.className);
      samples.push({ id, path, className, removed, labels });
    }
  }
  const { items } = await catalog.samples.listIssues({ dataset: 'd', limit: 1000 });
  const issues = items.map(({ kind, path, sampleId, detail }) => `${kind} ${path} ${sampleId} ${detail}`).toSorted();
  return { samples, issues, objects: [...cloud.objects.keys()].toSorted() };
}

async function run(mode: 'sync' | 'drop', crashes: readonly (readonly string[])[]): Promise<unknown> {
  const world = await aWorld();
  for (const [turn, points] of crashes.entries()) {
    if (turn === 0) fill(world.cloud, mode === 'drop' ? 'upload' : 'in');
    else change(world.cloud);
    for (const crashAt of points) {
      expect(await world.run(mode, crashAt)).toEqual([null, 'SIGKILL']);
      await readOutcome(world);
    }
    expect(await world.run(mode)).toEqual([0, null]);
  }
  return readOutcome(world);
}

test('a sync that is killed at every named point ends as if never killed', { timeout: 240_000 }, async () => {
  const expected = await run('sync', [[], []]);

  const killed = await run('sync', [
    ['ingest.analyzed:20', 'ingest.stored:30', 'ingest.recorded'],
    ['ingest.stored:5', 'ingest.recorded', 'sync.marked'],
  ]);

  expect(killed).toEqual(expected);
});

test('a sweep of the drop zone that is killed loses no original and no refusal', { timeout: 240_000 }, async () => {
  const expected = await run('drop', [[]]);

  const killed = await run('drop', [
    ['ingest.analyzed:20', 'ingest.stored:30', 'ingest.recorded', 'ingest.removed:5', 'drop.refused'],
  ]);

  expect(killed).toEqual(expected);
});
