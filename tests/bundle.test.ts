/** @file What runs a bundle: libraries and imports as in a module, with and without the code that V8 kept. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Script } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';

const { runBundle } = createRequire(import.meta.url)('../scripts/run-bundle.cjs') as {
  runBundle: (path: string) => Script;
};

test('a bundle loads libraries and imports modules, with and without the code that was kept', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'main.cjs');
  const code = "(globalThis.ran ??= []).push(require('node:path').basename(__filename), bundleImport('node:os'));";
  await writeFile(path, code);

  const script = runBundle(path);
  await writeFile(`${path}.cache`, script.createCachedData());
  const again = runBundle(path);

  const { ran } = globalThis as unknown as { ran: unknown[] };
  expect(again.cachedDataRejected).toBe(false);
  expect([ran[0], ran[2]]).toEqual(['main.cjs', 'main.cjs']);
  expect(await ran[3]).toHaveProperty('EOL');
});
