/** @file The backbone hub made real: a Hugging Face compatible server in front of a cache that never holds half a file. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { BackboneHub, HubFile, HubReference } from '@tintype/core/ports/backbone-hub';
import { type HubPromise, type HubRepository, openHubApi } from './hub-api.ts';
import { downloadResumable } from './resumable-download.ts';

export interface HubOptions {
  /** Absolute path; made when missing. */
  cacheFolder: string;
  /** Default https://huggingface.co. */
  endpoint?: string;
  /** Time for an answer about a repository; default 15 s. */
  answerMs?: number;
  /** Time without a byte after which a download is tried again; default 30 s. */
  stallMs?: number;
  /** Tries of one download; default 5. */
  attempts?: number;
  /** Wait before the second try, doubling; default 500 ms. */
  retryDelayMs?: number;
}

type FetchOptions = NonNullable<Parameters<BackboneHub['fetchFile']>[1]>;

/** Beside each cached file, written before it: what it must be. */
interface CacheRecord {
  sha256: string;
  license?: string;
}

const defaultFiles = ['onnx/model.onnx', 'model.onnx'];

/**
 * Cache: `ORG--REPO/COMMIT/FILE` with `FILE.tintype.json` beside it, and `ORG--REPO/refs/NAME` for the commit a name last stood for.
 * A file whose reference is a commit needs no network once it is there; a branch or tag asks the hub, and falls back on the commit
 * it stood for last where the hub cannot be reached.
 */
export function openHub(options: HubOptions): BackboneHub {
  const { cacheFolder, answerMs = 15_000, stallMs = 30_000, attempts = 5, retryDelayMs = 500 } = options;
  const endpoint = (options.endpoint ?? 'https://huggingface.co').replace(/\/+$/, '');

  const fetchAny = async (
    reference: HubReference,
    files: readonly string[],
    use: FetchOptions,
  ): Promise<HubFile | undefined> => {
    assertSafe(reference, files);
    const { repository } = reference;
    const repositoryFolder = join(cacheFolder, repository.replace('/', '--'));
    const api = openHubApi({ endpoint, deadlineMs: answerMs, ...(use.signal ? { signal: use.signal } : {}) });

    const found = await resolveRevision(api, reference, repositoryFolder);
    if (!found) return undefined;
    const folder = join(repositoryFolder, found.commit);
    for (const file of files) {
      const cached = await findCached(join(folder, file), found.commit);
      if (cached) return cached;
    }

    const promises = await api.listPromises(repository, found.commit, files);
    const promise = files.map((file) => promises.find((p) => p.path === file)).find((p) => p !== undefined);
    if (!promise) return undefined;
    const path = join(folder, promise.path);
    const downloaded = await downloadResumable({
      url: `${endpoint}/${repository}/resolve/${found.commit}/${encodePath(promise.path)}`,
      repository,
      promise,
      partialFolder: join(cacheFolder, '.partial'),
      partialName: partialName(repository, promise),
      stallMs,
      attempts,
      retryDelayMs,
      ...(use.onProgress ? { onProgress: use.onProgress } : {}),
      ...(use.signal ? { signal: use.signal } : {}),
    });
    const record: CacheRecord = { sha256: downloaded.sha256, ...(found.license ? { license: found.license } : {}) };
    await keep(downloaded.path, path, record);
    return { path, revision: found.commit, ...record };
  };

  return {
    fetchFile: async (reference, use = {}) => {
      const files = reference.file === undefined ? defaultFiles : [reference.file];
      const found = await fetchAny(reference, files, use);
      if (!found) throw new TintypeError('HUB_FILE_MISSING', { repository: reference.repository, files });
      return found;
    },
    findFile: (reference) => fetchAny(reference, [reference.file], {}),
  };
}

async function resolveRevision(
  api: ReturnType<typeof openHubApi>,
  { repository, revision }: HubReference,
  folder: string,
): Promise<HubRepository | undefined> {
  if (/^[0-9a-f]{40}$/.test(revision)) return { commit: revision };
  const reference = join(folder, 'refs', encodeURIComponent(revision));
  try {
    const found = await api.findRepository(repository, revision);
    if (found) await replaceFile(reference, JSON.stringify(found));
    return found;
  } catch (error) {
    const unreachable = error instanceof TintypeError && error.code === 'HUB_UNREACHABLE';
    const last = unreachable ? await readFile(reference, 'utf8').catch(() => undefined) : undefined;
    if (last === undefined) throw error;
    return JSON.parse(last) as HubRepository;
  }
}

/** The cached file if its bytes are still those that were verified; a damaged one is as good as none. */
async function findCached(path: string, revision: string): Promise<HubFile | undefined> {
  const text = await readFile(`${path}.tintype.json`, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const record = JSON.parse(text) as CacheRecord;
  const sha256 = await hashFile(path).catch(() => undefined);
  return sha256 === record.sha256 ? { path, revision, ...record } : undefined;
}

/** The record goes first: a file without one is never seen, a record without its file is downloaded again. */
async function keep(partial: string, path: string, record: CacheRecord): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await replaceFile(`${path}.tintype.json`, JSON.stringify(record));
  await rename(partial, path);
  await syncFolder(dirname(path));
}

async function replaceFile(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}`;
  try {
    await writeFile(temporary, text, { flush: true });
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}

const partialName = (repository: string, promise: HubPromise): string =>
  createHash('sha256').update(`${repository} ${promise.path} ${promise.hash.hex}`).digest('hex').slice(0, 32);

const encodePath = (path: string): string => path.split('/').map(encodeURIComponent).join('/');

/** Names become folders: nothing that climbs out of the cache passes. */
function assertSafe({ repository, revision }: HubReference, files: readonly string[]): void {
  const name = /^[A-Za-z0-9_](?:[A-Za-z0-9._-]{0,94}[A-Za-z0-9_-])?$/;
  const [org = '', repo = '', ...rest] = repository.split('/');
  if (rest.length > 0 || !name.test(org) || !name.test(repo))
    throw new TintypeError('USAGE_INVALID', {
      problem: `"${repository}" is not a hub repository: it must be ORG/REPO.`,
    });
  if (!/^[\w./-]{1,200}$/.test(revision) || revision.includes('..'))
    throw new TintypeError('USAGE_INVALID', { problem: `"${revision}" is not a branch, tag or commit.` });
  for (const file of files)
    if (
      file.startsWith('/') ||
      file.includes('\\') ||
      file.split('/').some((part) => part === '' || part === '.' || part === '..')
    )
      throw new TintypeError('USAGE_INVALID', { problem: `"${file}" is not a path inside a hub repository.` });
}
