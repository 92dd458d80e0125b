/** @file Before and after a run of tests: the folder of the pictures that are drawn for it. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

let folder: string;

/** Vitest calls it before the processes start that run the tests, and that inherit the environment. */
export async function setup(): Promise<void> {
  folder = await mkdtemp(join(tmpdir(), 'tintype-drawings-'));
  process.env.TINTYPE_TEST_DRAWINGS = folder;
}

export const teardown = (): Promise<void> => rm(folder, { recursive: true, force: true });
