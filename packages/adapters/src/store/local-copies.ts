/** @file Which copies of a bucket's objects this machine keeps: what was not asked for the longest goes first, and nothing that a running process has asked for. */
import { randomBytes } from 'node:crypto';
import { appendFile, mkdir, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

export interface LocalCopiesOptions {
  cacheFolder: string;
  /** Copies in use are kept beyond it. */
  limitBytes: number;
  /** For tests: another process of this machine. */
  processId?: number;
}

interface Copy {
  /** `models/HASH` */
  name: string;
  sizeBytes: number;
  /** Milliseconds since 1970. */
  usedAt: number;
}

const evictedPrefix = 'evicted-';
const dayMs = 86_400_000;

export class LocalCopies {
  readonly #cacheFolder: string;
  readonly #limitBytes: number;
  readonly #usePath: string;
  readonly #used = new Set<string>();

  constructor({ cacheFolder, limitBytes, processId = process.pid }: LocalCopiesOptions) {
    this.#cacheFolder = cacheFolder;
    this.#limitBytes = limitBytes;
    const host = hostname().replace(/[^A-Za-z0-9.-]/g, '-');
    this.#usePath = join(cacheFolder, 'uses', `${host}~${processId}~${randomBytes(6).toString('hex')}`);
  }

  /** Before anybody looks whether it is there: it stays until this process ends. `folder`: `models/HASH/` */
  async use(folder: string): Promise<void> {
    const name = nameOf(folder);
    if (!this.#used.has(name)) {
      await mkdir(join(this.#cacheFolder, 'uses'), { recursive: true });
      await appendFile(this.#usePath, `${name}\n`);
      this.#used.add(name);
    }
    const now = new Date();
    await Promise.all([join(this.#cacheFolder, 'objects', name), this.#usePath].map((path) => touch(path, now)));
  }

  /** Never fails: what cannot be removed now may be the next time. */
  async trim(): Promise<void> {
    try {
      await this.#removeLeftovers();
      const copies = await this.#list();
      let totalBytes = copies.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
      for (const copy of copies.toSorted((a, b) => a.usedAt - b.usedAt)) {
        if (totalBytes <= this.#limitBytes) return;
        if (await this.#evict(copy)) totalBytes -= copy.sizeBytes;
      }
    } catch {
      // A disk that fails is told by whoever writes to it.
    }
  }

  /** Whoever began to use it before it was out of the way finds it again; who begins later finds that it is not there, and downloads it. */
  async #evict({ name }: Copy): Promise<boolean> {
    if ((await this.#listUsed()).has(name)) return false;
    const path = join(this.#cacheFolder, 'objects', name);
    const away = join(this.#cacheFolder, `${evictedPrefix}${randomBytes(6).toString('hex')}`);
    await rename(path, away);
    if ((await this.#listUsed()).has(name)) {
      const isBack = await rename(away, path).then(
        () => true,
        () => false,
      );
      if (isBack) return false;
    }
    await rm(away, { recursive: true, force: true });
    return true;
  }

  /** By all processes that run. */
  async #listUsed(): Promise<Set<string>> {
    const used = new Set<string>();
    const folder = join(this.#cacheFolder, 'uses');
    for (const name of await list(folder)) {
      const path = join(folder, name);
      if (await this.#isRunning(name, path)) {
        for (const line of (await readFile(path, 'utf8').catch(() => '')).split('\n')) used.add(line);
      } else await rm(path, { force: true });
    }
    return used;
  }

  /** A process of another machine, or of another container, that shares the folder is believed to run for a day after its last use. */
  async #isRunning(name: string, path: string): Promise<boolean> {
    const [host, processId] = name.split('~');
    const [ownHost] = this.#usePath.slice(this.#usePath.lastIndexOf('/') + 1).split('~');
    if (host === ownHost) return isAlive(Number(processId));
    const stats = await stat(path).catch(() => undefined);
    return stats !== undefined && Date.now() - stats.mtimeMs < dayMs;
  }

  async #list(): Promise<Copy[]> {
    const root = join(this.#cacheFolder, 'objects');
    const copies: Copy[] = [];
    for (const kind of await list(root)) {
      for (const key of await list(join(root, kind))) {
        const path = join(root, kind, key);
        const stats = await stat(path).catch(() => undefined);
        if (stats) copies.push({ name: `${kind}/${key}`, sizeBytes: await sizeOf(path), usedAt: stats.mtimeMs });
      }
    }
    return copies;
  }

  /** Of processes that were killed. */
  async #removeLeftovers(): Promise<void> {
    for (const name of await list(this.#cacheFolder)) {
      if (!name.startsWith(evictedPrefix) && !/^\d+-[0-9a-f]{12}$/.test(name)) continue;
      const path = join(this.#cacheFolder, name);
      const stats = await stat(path).catch(() => undefined);
      if (stats && Date.now() - stats.mtimeMs > dayMs) await rm(path, { recursive: true, force: true });
    }
  }
}

const nameOf = (folder: string): string => folder.split('/').slice(0, 2).join('/');

/** Where it is not there, there is nothing to remember. */
const touch = (path: string, at: Date): Promise<void> => utimes(path, at, at).catch(() => undefined);

const list = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);

async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const sizes = await Promise.all(
    files.map((path) =>
      stat(path).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    // One that belongs to somebody else is there too.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
