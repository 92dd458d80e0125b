/** @file A folder as a bucket: the contract of every bucket's store, and the ways out of a folder. */
import { execFileSync } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { bucketStoreContract } from '@tintype/core/ports/bucket-store.contract';
import { expect, onTestFinished, test } from 'vitest';
import { openFolderBucket } from './open-folder-bucket.ts';

async function aFolder(files: Readonly<Record<string, Uint8Array>> = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-bucket-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  for (const [key, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), bytes);
  }
  return folder;
}

bucketStoreContract('a folder', async (objects) => openFolderBucket({ folder: await aFolder(objects) }));

test.each([
  '../secret',
  'incoming/../../secret',
  '/etc/passwd',
  './a.jpg',
  'incoming//a.jpg',
  'incoming/./a.jpg',
  '..',
  '',
])('the key %j leads nowhere', async (key) => {
  const outer = await aFolder({ secret: Buffer.from('x'), 'bucket/a.jpg': Buffer.from('x') });
  await mkdir(join(outer, 'bucket/incoming'));
  await writeFile(join(outer, 'bucket/incoming/a.jpg'), 'x');

  expect(await openFolderBucket({ folder: join(outer, 'bucket') }).find(key)).toBeUndefined();
});

test('links lead nowhere, neither a file that is one nor a folder on the way', async () => {
  const outer = await aFolder({ 'outside/secret': Buffer.from('x'), 'bucket/in/a.jpg': Buffer.from('x') });
  const bucket = join(outer, 'bucket');
  await symlink(join(outer, 'outside/secret'), join(bucket, 'file-link'));
  await symlink(join(outer, 'outside'), join(bucket, 'folder-link'));
  await symlink(join(bucket, 'in'), join(bucket, 'inner-link'));
  await symlink('loop', join(bucket, 'loop'));
  const store = openFolderBucket({ folder: bucket });

  for (const key of ['file-link', 'folder-link/secret', 'inner-link/a.jpg', 'loop']) {
    expect(await store.find(key)).toBeUndefined();
  }
  expect(await store.find('in/a.jpg')).toBeDefined();
});

test('a bucket folder may be a link itself', async () => {
  const outer = await aFolder({ 'real/a.jpg': Buffer.from('x') });
  await symlink(join(outer, 'real'), join(outer, 'bucket'));

  expect(await openFolderBucket({ folder: join(outer, 'bucket') }).find('a.jpg')).toBeDefined();
});

test('a pipe is not an object, and a missing folder holds none', async () => {
  const folder = await aFolder();
  execFileSync('mkfifo', [join(folder, 'pipe')]);

  expect(await openFolderBucket({ folder }).find('pipe')).toBeUndefined();
  expect(await openFolderBucket({ folder: join(folder, 'nowhere') }).find('a.jpg')).toBeUndefined();
});

// Whoever may read everything reads this too.
test.skipIf(process.getuid?.() === 0)('a file that this process may not read is not an object', async () => {
  const folder = await aFolder({ 'closed.jpg': Buffer.from('x') });
  await chmod(join(folder, 'closed.jpg'), 0o000);

  expect(await openFolderBucket({ folder }).find('closed.jpg')).toBeUndefined();
});
