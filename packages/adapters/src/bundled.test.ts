/** @file A bundle is used where it is the newest. */
import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { findBundled } from './bundled.ts';

async function aBundle() {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const [path, source] = [join(folder, 'main.cjs'), join(folder, 'source')];
  await writeFile(path, '');
  await writeFile(source, '');
  await utimes(source, 1000, 1000);
  await writeFile(join(folder, 'made-from.json'), JSON.stringify(['source']));
  return { path, source, folder: pathToFileURL(`${folder}/`) };
}

test('a bundle is used while it is the newest', async () => {
  const { path, source, folder } = await aBundle();

  const before = findBundled(folder, 'main.cjs');
  await utimes(source, new Date(), new Date(Date.now() + 60_000));

  expect(before).toBe(path);
  expect(findBundled(folder, 'main.cjs')).toBeUndefined();
});

test('a bundle is used where its sources are gone, and none is where there is none', async () => {
  const { path, source, folder } = await aBundle();
  await rm(source);

  expect(findBundled(folder, 'main.cjs')).toBe(path);
  expect(findBundled(new URL('none/', folder), 'main.cjs')).toBeUndefined();
});
