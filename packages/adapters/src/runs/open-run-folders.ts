/** @file Folders of runs below the workspace, each held by at most one living process. */
import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join, resolve } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { RunFolders } from '@tintype/core/ports/run-folders';
import { storageFailure, systemCode } from '../storage-failure.ts';

/** Signs of life; a holder whose process is gone, or that gave none for this long, holds nothing. */
const beatMs = 5000;
const staleMs = 60_000;

const holderFile = 'holder.json';

interface Holder {
  pid: number;
  host: string;
}

export interface RunFoldersOptions {
  /** Where the folders are made. */
  folder: string;
  clock: { now(): number };
}

export function openRunFolders({ folder, clock }: RunFoldersOptions): RunFolders {
  const pathOf = (runId: string): string => {
    if (!/^[\w-]{1,80}$/.test(runId)) throw new TintypeError('RUN_NOT_FOUND', { run: runId });
    return resolve(folder, runId);
  };
  return {
    pathOf,
    async hold(runId) {
      const path = pathOf(runId);
      const file = join(path, holderFile);
      try {
        await mkdir(path, { recursive: true, mode: 0o700 });
        await claim(file, { runId, now: clock.now() });
      } catch (error) {
        throw storageFailure(`Writing ${path}`, error);
      }
      const heart = setInterval(() => {
        beat(file, clock.now()).catch(() => {});
      }, beatMs);
      heart.unref();
      return {
        path,
        async [Symbol.asyncDispose]() {
          clearInterval(heart);
          await rm(file, { force: true });
        },
      };
    },
  };
}

/** One process makes the file; what a dead one left is taken away first. Throws RUN_BUSY. */
async function claim(file: string, { runId, now }: { runId: string; now: number }): Promise<void> {
  const own: Holder = { pid: process.pid, host: hostname() };
  for (let attempt = 0; attempt < 2; attempt += 1) {
    try {
      await writeFile(file, JSON.stringify(own), { flag: 'wx' });
      return await beat(file, now);
    } catch (error) {
      if (systemCode(error) !== 'EEXIST') throw error;
      if (await isHeld(file, now)) break;
      await rm(file, { force: true });
    }
  }
  throw new TintypeError('RUN_BUSY', { run: runId });
}

async function beat(file: string, now: number): Promise<void> {
  await utimes(file, now / 1000, now / 1000);
}

async function isHeld(file: string, now: number): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(file);
    if (now - mtimeMs > staleMs) return false;
    const { pid, host } = JSON.parse(await readFile(file, 'utf8')) as Holder;
    return host !== hostname() || isAlive(pid);
  } catch {
    // It went away meanwhile, or its writer died before it was whole.
    return false;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
