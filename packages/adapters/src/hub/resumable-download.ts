/** @file One file over HTTP into a partial file that survives cuts, kills and restarts: the next attempt asks only for the rest. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { TintypeError } from '@tintype/contracts/errors';
import { describeFailure, describeStatus, type HubPromise } from './hub-api.ts';

export interface DownloadOptions {
  url: string;
  /** For errors: who is asked. */
  repository: string;
  promise: HubPromise;
  /** Folder of partial files; on the same file system as where the file goes. */
  partialFolder: string;
  /** Same for every attempt at the same file. */
  partialName: string;
  /** Time without a byte after which an attempt is given up. */
  stallMs: number;
  attempts: number;
  /** Wait before the second attempt; doubles with each. */
  retryDelayMs: number;
  onProgress?: (doneBytes: number, totalBytes: number) => void;
  signal?: AbortSignal;
}

/** A failure that the next attempt may not meet. */
class Passing extends Error {}

/**
 * Path and SHA-256 of a complete file with the promised hash, durable, still under its partial name: the caller renames it.
 * Throws HUB_UNREACHABLE (the partial file is kept), HUB_FILE_MISSING, HUB_HASH_MISMATCH (it is deleted) or CANCELLED (kept).
 */
export async function downloadResumable(options: DownloadOptions): Promise<{ path: string; sha256: string }> {
  const { promise, repository, signal } = options;
  const claimed = await claimPartial(options.partialFolder, options.partialName);
  try {
    await fetchAll(claimed, options);
    const sha256 = await verify(claimed, promise);
    return { path: claimed, sha256 };
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'HUB_HASH_MISMATCH') await rm(claimed, { force: true });
    else await rename(claimed, join(options.partialFolder, options.partialName)).catch(() => undefined);
    if (signal?.aborted) throw new TintypeError('CANCELLED', {}, { cause: error });
    if (error instanceof TintypeError) throw error;
    throw new TintypeError('HUB_UNREACHABLE', { repository, reason: describeFailure(error) }, { cause: error });
  }
}

/**
 * Takes the partial file of an earlier attempt for this process alone: rename is atomic, so one of several processes wins and the
 * others start a file of their own. One that a killed process holds (its id is in the name) is taken over.
 */
async function claimPartial(folder: string, name: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const own = join(
    folder,
    `${name}.${process.pid}.${createHash('sha256').update(`${process.hrtime.bigint()}`).digest('hex').slice(0, 8)}`,
  );
  for (const entry of await readdir(folder)) {
    if (entry !== name && !(entry.startsWith(`${name}.`) && !isAlive(Number(entry.split('.').at(-2))))) continue;
    if (
      await rename(join(folder, entry), own).then(
        () => true,
        () => false,
      )
    )
      return own;
  }
  return own;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function fetchAll(path: string, options: DownloadOptions): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await fetchRest(path, options);
      return;
    } catch (error) {
      if (options.signal?.aborted || error instanceof TintypeError || attempt >= options.attempts) throw error;
      await sleep(
        options.retryDelayMs * 2 ** (attempt - 1),
        undefined,
        options.signal ? { signal: options.signal } : {},
      );
    }
  }
}

/** One request for what is missing. A server that ignores the range sends all of it anew. */
async function fetchRest(path: string, options: DownloadOptions): Promise<void> {
  const { promise, stallMs, repository } = options;
  const present = await stat(path).then(
    (s) => s.size,
    () => 0,
  );
  const start = present > promise.sizeBytes ? 0 : present;
  if (start === promise.sizeBytes && present === start && start > 0) return;

  const stall = new AbortController();
  const signal = options.signal ? AbortSignal.any([stall.signal, options.signal]) : stall.signal;
  const giveUp = (): void => stall.abort(new Passing('the connection stalled'));
  let timer = setTimeout(giveUp, stallMs);
  try {
    const response = await fetch(options.url, { headers: start > 0 ? { range: `bytes=${start}-` } : {}, signal });
    if (response.status === 404) throw new TintypeError('HUB_FILE_MISSING', { repository, files: [promise.path] });
    if (!response.ok || !response.body) {
      await response.body?.cancel();
      throw new Passing(describeStatus(response.status));
    }
    const from = response.status === 206 ? rangeStart(response) : 0;
    if (from !== start && from !== 0) throw new Passing('the hub sent another part of the file than was asked for');

    const file = await open(path, from === 0 ? 'w' : 'a');
    try {
      let done = from;
      for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
        clearTimeout(timer);
        timer = setTimeout(giveUp, stallMs);
        done += chunk.byteLength;
        if (done > promise.sizeBytes) throw new TintypeError('HUB_HASH_MISMATCH', { file: promise.path });
        await file.writeFile(chunk);
        options.onProgress?.(done, promise.sizeBytes);
      }
      if (done < promise.sizeBytes) throw new Passing('the connection was cut');
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw stall.signal.aborted ? stall.signal.reason : error;
  } finally {
    clearTimeout(timer);
  }
}

function rangeStart(response: Response): number {
  return Number(/^bytes (\d+)-/.exec(response.headers.get('content-range') ?? '')?.[1] ?? Number.NaN);
}

async function verify(path: string, promise: HubPromise): Promise<string> {
  const sha256 = createHash('sha256');
  const gitSha1 = createHash('sha1').update(`blob ${promise.sizeBytes}\0`);
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    sha256.update(chunk as Uint8Array);
    if (promise.hash.algorithm === 'git-sha1') gitSha1.update(chunk as Uint8Array);
  }
  const hex = sha256.digest('hex');
  const found = promise.hash.algorithm === 'sha256' ? hex : gitSha1.digest('hex');
  if (found !== promise.hash.hex) throw new TintypeError('HUB_HASH_MISMATCH', { file: promise.path });
  return hex;
}
