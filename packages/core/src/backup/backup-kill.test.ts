/** @file Backup and restore killed with SIGKILL: what is there is whole, and the next run ends as if none had been killed. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import { afterAll, expect, test } from 'vitest';
import type { Workspace } from '../ports/workspace.ts';
import { getBackup, listBackups } from './list-backups.ts';
import { addPictures, addVersion, readObjects } from './testing.ts';
import { verifyBackup } from './verify-backup.ts';

const entry = fileURLToPath(new URL('./fixtures/run-backup.mjs', import.meta.url));
const root = mkdtempSync(join(tmpdir(), 'tintype-backup-kill-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

const open = (folder: string): Promise<Workspace> => openWorkspace({ folder, needs: ['catalog', 'store'] });

interface Run {
  folder: string;
  placeFolder: string;
  mode: 'create' | 'restore';
  crashAt?: string;
}

async function run({ folder, placeFolder, mode, crashAt }: Run): Promise<unknown[]> {
  const child = spawn(process.execPath, [entry, folder, placeFolder, mode], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', ...(crashAt === undefined ? {} : { TINTYPE_CRASH_AT: crashAt }) },
  });
  return once(child, 'close');
}

const killed = [null, 'SIGKILL'];

test('a backup and its restore, killed between their steps, end as if never killed', {
  timeout: 120_000,
}, async () => {
  const [from, to] = [await initWorkspace(join(root, 'from')), await initWorkspace(join(root, 'to'))];
  const placeFolder = join(root, 'place');
  await using source = await open(from);
  await addPictures(source, 0, 30);
  await addVersion(source);
  const place = await openFileStore({ folder: placeFolder });

  for (const crashAt of ['backup.part:2', 'backup.objects']) {
    expect(await run({ folder: from, placeFolder, mode: 'create', crashAt })).toEqual(killed);
    expect((await listBackups({ place })).filter(({ state }) => state !== 'unfinished')).toEqual([]);
  }
  expect(await run({ folder: from, placeFolder, mode: 'create', crashAt: 'backup.made' })).toEqual(killed);
  const manifest = await getBackup({ place }, { name: 'latest', placeName: '' });
  expect((await verifyBackup({ place, clock: source.clock }, manifest)).problemCount).toBe(0);

  for (const crashAt of ['restore.object:20', 'restore.rows']) {
    expect(await run({ folder: to, placeFolder, mode: 'restore', crashAt })).toEqual(killed);
    await using left = await open(to);
    expect(await left.archive.findFilledTable()).toBeUndefined();
  }
  expect(await run({ folder: to, placeFolder, mode: 'restore', crashAt: 'restore.done' })).toEqual(killed);

  await using restored = await open(to);
  expect(await readObjects(restored.store)).toEqual(await readObjects(source.store));
  expect(await restored.catalog.samples.list({})).toEqual(await source.catalog.samples.list({}));
});
