/** @file Backups by the command line, as a user makes, checks and restores them. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { objectKeys } from '@tintype/core/ports/object-store';
import { writeDataset } from '@tintype/example-recyclables/write-dataset';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTintype, tintype, tintypeJson, tintypeProblem } from './cli.ts';

interface Listed {
  items: { id: string; state: string; samples: number; verified: { at: number; problems: number } | null }[];
}

let root: string;
let shop: string;
let place: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'tintype-backup-'));
  [shop, place] = [join(root, 'shop'), `file:${join(root, 'safe')}`];
  await writeDataset(join(root, 'pictures'), { count: 8 });
  await tintypeJson(['init', shop]);
  await tintypeJson(['ingest', join(root, 'pictures'), '--labels', 'folder', '--workspace', shop]);
});
afterAll(() => rm(root, { recursive: true, force: true }));

test('a backup is made, listed, checked and restored elsewhere; a damaged one is refused', async () => {
  const made = await tintypeJson<{ backup: { id: string; samples: number } }>([
    'backup',
    'create',
    '--to',
    place,
    '--keep',
    '3',
    '--workspace',
    shop,
  ]);
  const { id } = made.backup;
  const listed = await tintypeJson<Listed>(['backup', 'list', '--from', place, '--workspace', shop]);
  const checked = await tintype(['backup', 'verify', 'latest', '--from', place, '--workspace', shop]);
  const noted = await tintypeJson<Listed>(['backup', 'list', '--from', place, '--workspace', shop]);
  const copy = join(root, 'copy');
  await tintypeJson(['init', copy]);
  const restored = await tintype(['backup', 'restore', id, '--from', place, '--workspace', copy]);
  const again = await tintypeProblem(['backup', 'restore', id, '--from', place, '--workspace', copy]);

  expect(listed.items).toMatchObject([{ id, state: 'whole', samples: 8 }]);
  expect([listed, noted].map(({ items }) => items[0]?.verified?.problems)).toEqual([undefined, 0]);
  expect(checked).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('is what was written: ') });
  expect(restored).toMatchObject({
    exitCode: 0,
    stdout: expect.stringContaining('16 objects checked, 16 of them copied'),
  });
  expect(again).toMatchObject({ exitCode: 73, code: 'CATALOG_NOT_EMPTY' });

  const [folder = ''] = await readdir(join(root, 'safe/sources'));
  const [hash = ''] = await readdir(join(root, 'safe/sources', folder));
  await writeFile(join(root, 'safe', objectKeys.source(hash)), 'other bytes');
  const damaged = await tintype(['backup', 'verify', id, '--from', place, '--workspace', shop]);
  expect(damaged).toMatchObject({ exitCode: 65, stdout: expect.stringContaining('changed') });
  expect(damaged.stderr).toContain('is not what it was');
  const after = await tintypeJson<Listed>(['backup', 'list', '--from', place, '--workspace', shop]);
  expect(after.items[0]?.verified?.problems).toBe(1);
}, 60_000);

test('a backup whose place keeps no note is verified all the same, and it is said', async () => {
  const elsewhere = join(root, 'elsewhere');
  const words = ['--from', `file:${elsewhere}`, '--workspace', shop];
  const made = await tintypeJson<{ backup: { id: string } }>([
    'backup',
    'create',
    '--to',
    `file:${elsewhere}`,
    '--workspace',
    shop,
  ]);
  await mkdir(join(elsewhere, 'backups', made.backup.id, 'verified.json'));

  const { exitCode, stdout, stderr } = await tintype(['backup', 'verify', 'latest', ...words]);
  const { items } = await tintypeJson<Listed>(['backup', 'list', ...words]);

  expect([exitCode, stdout]).toEqual([0, expect.stringContaining('is what was written: ')]);
  expect(stderr).toContain('That it was verified could not be kept there');
  expect(items).toMatchObject([{ id: made.backup.id, state: 'whole', verified: null }]);
}, 60_000);

test('a lost catalog is said to be restorable, and is restored before a start where that is asked', async () => {
  await tintypeJson(['backup', 'create', '--workspace', shop]);
  for (const name of await readdir(join(shop, '.tintype')))
    if (name.startsWith('catalog.sqlite')) await rm(join(shop, '.tintype', name));

  const told = await tintype(['catalog', '--workspace', shop]);
  const server = startTintype(['serve', '--restore-latest', '--port', '0', '--workspace', shop]);
  let said = '';
  server.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await new Promise((resolve) => server.stdout.once('data', resolve));
  server.kill('SIGTERM');
  await new Promise((resolve) => server.once('close', resolve));
  const after = await tintypeJson<{ datasets: { samples: number }[] }>(['catalog', '--workspace', shop]);

  expect(told.stderr).toContain('the store holds a backup of');
  expect(said).toContain('Restored backup ');
  expect(after.datasets).toMatchObject([{ samples: 8 }]);
}, 60_000);

test.each([
  [['backup', 'restore', 'yesterday'], 66, 'BACKUP_NOT_FOUND'],
  [['backup', 'list', '--from', 'somewhere'], 64, 'USAGE_INVALID'],
  [['backup', 'list', '--from', 'file:nowhere'], 66, 'BACKUP_NOT_FOUND'],
])('%j ends with %i and %s', async (args, exitCode, code) => {
  const problem = await tintypeProblem([...args, '--workspace', shop]);

  expect(problem).toMatchObject({ exitCode, code });
});

test('what a backup is made of can be read without tintype', async () => {
  const backups = join(root, 'safe/backups');
  const [id = ''] = await readdir(backups);
  const { gunzipSync } = await import('node:zlib');

  const manifest = JSON.parse(await readFile(join(backups, id, 'manifest.json'), 'utf8')) as { manifest: unknown };
  const rows = gunzipSync(await readFile(join(backups, id, 'rows/samples-00000.jsonl.gz')))
    .toString()
    .trimEnd()
    .split('\n');

  expect(manifest.manifest).toMatchObject({ id, rowCounts: { samples: 8 } });
  expect(JSON.parse(rows[0] as string)).toMatchObject({ table: 'samples' });
  expect(rows).toHaveLength(9);
});
