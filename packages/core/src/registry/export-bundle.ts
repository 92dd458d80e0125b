/** @file A bundle as a folder of its own: verified on the way out, so that what leaves is what was registered. */
import { mkdir, readdir, rename, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { ModelVersion } from '@tintype/contracts/registry';
import { manifestFile, parseManifest, verifyBundleFile } from '../model/bundle.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';

export interface ExportedFile {
  name: string;
  sizeBytes: number;
}

/** Throws BUNDLE_CORRUPT, OBJECT_NOT_FOUND, and what writing a folder throws. */
export async function exportBundle(
  { store }: { store: Pick<ObjectStore, 'get'> },
  { version, folder }: { version: Pick<ModelVersion, 'bundleHash'>; folder: string },
): Promise<ExportedFile[]> {
  const { bundleHash } = version;
  const bytes = await store.get(objectKeys.bundleFile(bundleHash, manifestFile));
  const manifest = parseManifest(bytes, bundleHash);
  return writeFolder(folder, async (write) => {
    await write(manifestFile, bytes);
    for (const name of Object.keys(manifest.files).toSorted()) {
      const content = await store.get(objectKeys.bundleFile(bundleHash, name));
      verifyBundleFile(manifest, { name, content, bundleHash });
      await write(name, content);
    }
  });
}

type WriteFile = (name: string, content: Uint8Array) => Promise<void>;

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
      await writeFile(join(temporary, name), content, { flush: true });
      written.push({ name, sizeBytes: content.length });
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
