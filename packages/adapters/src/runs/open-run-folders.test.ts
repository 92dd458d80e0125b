/** @file A run's folder is held by one living process, and by none that died. */
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { systemClock } from '../clock.ts';
import { openRunFolders } from './open-run-folders.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-runs-'));
});
afterEach(() => rm(folder, { recursive: true }));

const open = (clock: { now(): number } = systemClock) => openRunFolders({ folder, clock });

/** As a process that is there no more would have left it. */
async function leaveHolder(holder: { pid: number; host: string } | string, ageMs = 0): Promise<void> {
  const file = join(folder, 'run_1', 'holder.json');
  await mkdir(join(folder, 'run_1'));
  await writeFile(file, typeof holder === 'string' ? holder : JSON.stringify(holder));
  const seconds = (systemClock.now() - ageMs) / 1000;
  await utimes(file, seconds, seconds);
}

const deadPid = (): number => spawnSync(process.execPath, ['-e', '']).pid;

test('a run is held once, and again when it was let go', async () => {
  const folders = open();
  const held = await folders.hold('run_1');

  await expect(open().hold('run_1')).rejects.toMatchObject({ code: 'RUN_BUSY' });
  await using other = await folders.hold('run_2');
  await held[Symbol.asyncDispose]();
  await using again = await folders.hold('run_1');

  expect(held.path).toBe(folders.pathOf('run_1'));
  expect(again.path).not.toBe(other.path);
});

test('what was left in the folder stays', async () => {
  const held = await open().hold('run_1');
  await writeFile(join(held.path, 'checkpoint'), 'weights');
  await held[Symbol.asyncDispose]();

  expect(await readdir(held.path)).toEqual(['checkpoint']);
});

test.each([
  ['of a process that died', () => leaveHolder({ pid: deadPid(), host: hostname() })],
  ['that was cut short', () => leaveHolder('{"pid":')],
  ['of another machine, without a sign of life', () => leaveHolder({ pid: 1, host: 'elsewhere' }, 61_000)],
  ['of a process id that is used anew', () => leaveHolder({ pid: process.pid, host: hostname() }, 61_000)],
])('a hold %s is taken over', async (_, leave) => {
  await leave();

  await using held = await open().hold('run_1');

  expect(await readdir(held.path)).toEqual(['holder.json']);
});

test.each([
  ['a living process', () => ({ pid: process.ppid, host: hostname() })],
  ['another machine that gave a sign of life', () => ({ pid: 1, host: 'elsewhere' })],
])('a hold of %s is respected', async (_, holder) => {
  await leaveHolder(holder());

  await expect(open().hold('run_1')).rejects.toMatchObject({ code: 'RUN_BUSY' });
});

test('no run id leads out of the folder', () => {
  expect(() => open().pathOf('../catalog')).toThrow(expect.objectContaining({ code: 'RUN_NOT_FOUND' }));
});
