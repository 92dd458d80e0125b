/** @file Writes a folder that is whole or not there. */
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';

export interface ExportedFile {
  name: string;
  sizeBytes: number;
}

/** `name` may have folders before it, with slashes. */
export type WriteFile = (name: string, content: Uint8Array | string) => Promise<void>;

/**
 * Writes beside `folder` and renames, so that a folder that is there is a whole one. Throws USAGE_INVALID where `folder` holds something
 * already, STORAGE_FAILED, and what `fill` throws.
 */
export async function writeFolder(folder: string, fill: (write: WriteFile) => Promise<void>): Promise<ExportedFile[]> {
  await assertFree(folder);
  const temporary = `${folder}.partial-${process.pid}`;
  const written: ExportedFile[] = [];
  try {
    await mkdir(dirname(folder), { recursive: true });
    await mkdir(temporary);
    await fill(async (name, content) => {
      if (name.includes('/')) await mkdir(dirname(join(temporary, name)), { recursive: true });
      await writeFile(join(temporary, name), content, { flush: true });
      written.push({ name, sizeBytes: typeof content === 'string' ? Buffer.byteLength(content) : content.length });
    });
    await rmdir(folder).catch(() => undefined);
    await rename(temporary, folder);
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    if (error instanceof TintypeError) throw error;
    throw new TintypeError(
      'STORAGE_FAILED',
      { operation: `Writing ${folder}`, reason: (error as Error).message },
      { cause: error },
    );
  }
  return written;
}

/** An empty folder may be replaced; anything else stays as it is. */
async function assertFree(folder: string): Promise<void> {
  const entries = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return [];
    throw new TintypeError(
      'USAGE_INVALID',
      { problem: `${folder} cannot be used: ${error.message}.` },
      { cause: error },
    );
  });
  if (entries.length > 0)
    throw new TintypeError('USAGE_INVALID', {
      problem: `${folder} is not empty; name a folder that does not exist yet.`,
    });
}
