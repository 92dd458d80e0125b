/** @file A study killed with -9 at any step goes on to the very trials that it would have had. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { afterAll, beforeAll, expect, test } from 'vitest';

const entry = fileURLToPath(new URL('./fixtures/run-study.mjs', import.meta.url));
let root: string;
let whole: unknown[];

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-study-kill-'));
  await runStudy('whole');
  whole = await readTrials('whole');
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Exit code and signal. */
async function runStudy(state: string, crashAt?: string): Promise<[number | null, string | null]> {
  await mkdir(join(root, state), { recursive: true });
  const env = { ...process.env, NODE_OPTIONS: '', ...(crashAt === undefined ? {} : { TINTYPE_CRASH_AT: crashAt }) };
  const child = spawn(process.execPath, [entry, join(root, state)], { stdio: ['ignore', 'ignore', 'inherit'], env });
  return (await once(child, 'close')) as [number | null, string | null];
}

async function readTrials(state: string): Promise<unknown[]> {
  await using catalog = await openSqliteCatalog({ path: join(root, state, 'catalog.sqlite'), clock });
  const trials = await catalog.studies.listTrials('test');
  return trials.map(({ startedAt: _started, endedAt: _ended, ...trial }) => trial);
}

test('the study has complete and pruned trials', () => {
  expect(whole).toHaveLength(14);
  expect(new Set(whole.map((trial) => (trial as { status: string }).status))).toEqual(new Set(['complete', 'pruned']));
});

test.each(['trial.begun:1', 'trial.ended:5', 'trial.begun:9', 'trial.ended:14'])(
  'killed at %s and resumed, it has the same trials by number',
  async (point) => {
    const state = point.replace(/\W/g, '-');

    const killed = await runStudy(state, point);
    const cut = (await readTrials(state)).filter((trial) => (trial as { status: string }).status === 'running');
    const again = await runStudy(state);

    expect(killed).toEqual([null, 'SIGKILL']);
    expect(cut).toHaveLength(1);
    expect(again).toEqual([0, null]);
    expect(await readTrials(state)).toEqual(whole);
  },
);
