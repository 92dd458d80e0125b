/** @file Files below a folder, whatever they are called: what no key can name is found here. */
import { readdir, stat, unlink } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import type { UnfinishedFile } from '@tintype/core/ports/object-store';

/** Files of a folder itself; none where there is no such folder. */
export async function* listUnfinished(folder: string): AsyncGenerator<UnfinishedFile> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    if (!entry.isFile()) continue;
    const path = join(folder, entry.name);
    const stats = await stat(path).catch(() => undefined);
    if (!stats) continue;
    const { size: sizeBytes, mtimeMs } = stats;
    yield { name: entry.name, sizeBytes, modifiedAt: Math.floor(mtimeMs), discard: () => discardFile(path) };
  }
}

/** Paths below a folder, with slashes. */
export async function* listPaths(folder: string, below = folder): AsyncGenerator<string> {
  const entries = await readdir(below, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(below, entry.name);
    if (entry.isDirectory()) yield* listPaths(folder, path);
    else if (entry.isFile()) yield relative(folder, path).split(sep).join('/');
  }
}

/** One that is gone already is as gone as it has to be. */
export async function discardFile(path: string): Promise<void> {
  await unlink(path).catch(() => undefined);
}
