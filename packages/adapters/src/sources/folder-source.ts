/** @file The files of a folder tree, in name order, a folder at a time. */
import type { Stats } from 'node:fs';
import { lstat, readdir, realpath, stat, unlink } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureSource, SourceFile } from '@tintype/core/ports/picture-source';
import { storageFailure, systemCode, systemReason } from '../storage-failure.ts';
import { isHiddenName } from './picture-candidates.ts';
import { readPlainFile } from './read-file.ts';
import { refusedFile, unreadable } from './refused-file.ts';

/** File states read at once while walking. */
const statsAtOnce = 64;

/** `root` is a real path. */
export function openFolderSource(
  root: string,
  limits: { bytes: number },
  accepts: (name: string) => boolean,
): PictureSource {
  const files = (): AsyncGenerator<SourceFile> => walk(root, limits.bytes, accepts);
  return {
    location: root,
    files,
    async *filesAfter(path) {
      for await (const file of files()) if (comparePaths(file.path, path) > 0) yield file;
    },
    file: ({ path }) => ({ read: () => readListed(root, path, limits.bytes) }),
  };
}

/** In the order of a walk: folder by folder, names as JavaScript compares them. */
function comparePaths(a: string, b: string): number {
  const [left, right] = [a.split('/'), b.split('/')];
  for (const [n, name] of left.entries()) {
    const other = right[n];
    if (other === undefined) return 1;
    if (name !== other) return name < other ? -1 : 1;
  }
  return left.length - right.length;
}

/** What it is now is asked again: it may have become a link since. Throws FILE_UNREADABLE, IMAGE_TOO_LARGE. */
async function readListed(root: string, path: string, limitBytes: number): Promise<Uint8Array> {
  try {
    return await (await toSourceFile({ root, path, limitBytes }, await lstat(join(root, path)))).read();
  } catch (error) {
    throw error instanceof TintypeError ? error : unreadable(systemReason(error), error);
  }
}

/** One file as a source: its folder is the location, so that ingesting the folder later finds it known. */
export function openSingleFileSource(folder: string, name: string, limits: { bytes: number }): PictureSource {
  return {
    location: folder,
    async *files() {
      const file = await toSourceFile(
        { root: folder, path: name, limitBytes: limits.bytes },
        await lstat(join(folder, name)),
      );
      if (file) yield file;
    },
  };
}

interface Place {
  root: string;
  /** Below the root, with slashes. */
  path: string;
  limitBytes: number;
}

/** Depth first with a stack of name lists: links to folders are not entered, so the walk ends. */
async function* walk(root: string, limitBytes: number, accepts: (name: string) => boolean): AsyncGenerator<SourceFile> {
  const stack = [{ prefix: '', names: await listRoot(root), next: 0 }];
  for (let level = stack.at(-1); level; level = stack.at(-1)) {
    const names = level.names.slice(level.next, level.next + statsAtOnce);
    if (names.length === 0) {
      stack.pop();
      continue;
    }
    const { prefix } = level;
    const stats = await Promise.all(
      names.map((name) => lstat(join(root, prefix, name)).catch((error: unknown) => error)),
    );
    for (const [index, name] of names.entries()) {
      level.next += 1;
      const place = { root, path: `${prefix}${name}`, limitBytes };
      const found = stats[index] as Stats | Error;
      if (found instanceof Error) {
        if (systemCode(found) !== 'ENOENT') yield refusedFile(place, unreadable(systemReason(found), found));
      } else if (found.isDirectory()) {
        const below = await listNames(join(root, place.path)).catch((error: unknown) => error as Error);
        if (below instanceof Error) {
          yield refusedFile({ path: `${place.path}/` }, unreadable(systemReason(below), below));
          continue;
        }
        stack.push({ prefix: `${place.path}/`, names: below, next: 0 });
        break;
      } else if (accepts(name)) {
        yield await toSourceFile(place, found);
      }
    }
  }
}

/** Throws STORAGE_FAILED: there is nothing to go on with. */
const listRoot = (root: string): Promise<string[]> =>
  listNames(root).catch((error: unknown) => {
    throw storageFailure(`Reading ${root}`, error);
  });

async function listNames(folder: string): Promise<string[]> {
  const names = await readdir(folder);
  return names.filter((name) => !isHiddenName(name)).sort();
}

async function toSourceFile(place: Place, stats: Stats): Promise<SourceFile> {
  if (stats.isSymbolicLink()) return followLink(place);
  const file = { path: place.path, sizeBytes: stats.size, modifiedAt: stats.mtimeMs };
  if (!stats.isFile()) return refusedFile(file, unreadable('it is not a plain file'));
  const path = join(place.root, place.path);
  return { ...file, read: () => readPlainFile(path, place.limitBytes), remove: () => removeUnchanged(path, file) };
}

/** What was written to the file since it was listed is not in the catalog, so the file stays. */
async function removeUnchanged(path: string, listed: { sizeBytes: number; modifiedAt: number }): Promise<void> {
  const stats = await lstat(path);
  if (stats.isFile() && stats.size === listed.sizeBytes && stats.mtimeMs === listed.modifiedAt) await unlink(path);
}

/** A link is taken when it leads to a plain file of the same source. Moving removes the link, not what it leads to. */
async function followLink(place: Place): Promise<SourceFile> {
  const link = join(place.root, place.path);
  try {
    const target = await realpath(link);
    const stats = await stat(target);
    if (!target.startsWith(place.root.endsWith(sep) ? place.root : place.root + sep)) {
      return refusedFile(place, unreadable('it is a link that leaves the source'));
    }
    if (!stats.isFile()) return refusedFile(place, unreadable('it is a link to something other than a file'));
    return {
      path: place.path,
      sizeBytes: stats.size,
      modifiedAt: stats.mtimeMs,
      read: () => readPlainFile(target, place.limitBytes),
      remove: () => unlink(link),
    };
  } catch (error) {
    const reason = systemCode(error) === 'ENOENT' ? 'it is a link that leads nowhere' : systemReason(error);
    return refusedFile(place, unreadable(reason, error));
  }
}
