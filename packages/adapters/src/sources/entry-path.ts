/** @file Names inside archives, which may be hostile: what to show of them, and whether they stay inside. */
import { createHash } from 'node:crypto';

const longestShown = 1000;

export interface EntryPath {
  /** For rows and people; never opened. */
  path: string;
  /** False for absolute names, drives, `..` and control characters. */
  isSafe: boolean;
}

/** Backslashes are separators: some packers on Windows write them. */
export function toEntryPath(name: string): EntryPath {
  const slashed = name.replaceAll('\\', '/');
  const parts = slashed.split('/').filter((part) => part !== '' && part !== '.');
  const isSafe =
    parts.length > 0 &&
    !slashed.startsWith('/') &&
    !/^[A-Za-z]:/.test(slashed) &&
    !parts.includes('..') &&
    !/\p{Cc}/u.test(slashed);
  const shown = (isSafe ? parts.join('/') : slashed).replace(/\p{Cc}/gu, '\u{fffd}');
  return { path: shown.slice(0, longestShown) || '(no name)', isSafe };
}

/** Tells repeated names of one archive apart: `a.png`, `a (2).png`. Keeps 8 bytes a name, not the names. */
export function createUniquePaths(): (path: string) => string {
  const seen = new Set<number>();
  const isNew = (path: string): boolean => {
    const digest = createHash('sha1').update(path).digest().readUIntBE(0, 6);
    const before = seen.size;
    return seen.add(digest).size > before;
  };
  return (path) => {
    if (isNew(path)) return path;
    const dot = path.lastIndexOf('.');
    const cut = dot > path.lastIndexOf('/') + 1 ? dot : path.length;
    for (let count = 2; ; count += 1) {
      const candidate = `${path.slice(0, cut)} (${count})${path.slice(cut)}`;
      if (isNew(candidate)) return candidate;
    }
  };
}
