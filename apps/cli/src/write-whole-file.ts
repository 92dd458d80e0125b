/** @file A result in a file: there whole, or not at all. */
import { access, constants, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';

/** Before the work begins. Throws STORAGE_FAILED where the folder cannot be written to. */
export async function assertWritable(path: string): Promise<void> {
  await access(dirname(resolve(path)), constants.W_OK).catch((error: unknown) => fail(path, error));
}

/** Replaces what is there. Throws STORAGE_FAILED. */
export async function writeWholeFile(path: string, text: string): Promise<void> {
  const part = `${resolve(path)}.${process.pid}.part`;
  try {
    await writeFile(part, text);
    await rename(part, resolve(path));
  } catch (error) {
    await rm(part, { force: true });
    fail(path, error);
  }
}

function fail(path: string, error: unknown): never {
  const reason = error instanceof Error ? error.message : String(error);
  throw new TintypeError('STORAGE_FAILED', { operation: `Writing ${path}`, reason }, { cause: error });
}
