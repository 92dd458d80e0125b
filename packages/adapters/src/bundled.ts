/**
 * @file The gathered form of built code (scripts/bundle.mjs): one file for a thousand, and what V8 made of it the last time, so that a start neither looks
 * for modules nor compiles them (scripts/run-bundle.cjs). Used only where nothing was built after it was made.
 */
import { readFileSync, statSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `folder`: a URL that ends with a slash. Path of a bundle, or undefined where it is not there or not the newest. */
export function findBundled(folder: URL, file: string): string | undefined {
  try {
    const stamp = new URL('made-from.json', folder);
    const { mtimeMs } = statSync(stamp);
    const madeFrom = JSON.parse(readFileSync(stamp, 'utf8')) as string[];
    const isNewest = madeFrom.every((path) => changedAt(new URL(path, folder)) <= mtimeMs);
    return isNewest ? fileURLToPath(new URL(file, folder)) : undefined;
  } catch {
    return undefined;
  }
}

/** What is not there, as the lock file of an image, is no newer. */
const changedAt = (file: URL): number => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
