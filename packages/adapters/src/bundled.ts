/**
 * @file The gathered form of built code (scripts/bundle.mjs): one file for a thousand, and what V8 made of it the last time, so that a start neither looks
 * for modules nor compiles them. Used only where nothing was built after it was made.
 */
import { readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { constants, Script } from 'node:vm';

/** `folder`: a URL that ends with a slash. Path of a bundle, or undefined where it is not there or not the newest. */
export function findBundled(folder: URL, file: string): string | undefined {
  try {
    const stamp = new URL('made-from.json', folder);
    const { mtimeMs } = statSync(stamp);
    const madeFrom = JSON.parse(readFileSync(stamp, 'utf8')) as string[];
    const isNewest = madeFrom.every((path) => statSync(new URL(path, folder)).mtimeMs <= mtimeMs);
    return isNewest ? fileURLToPath(new URL(file, folder)) : undefined;
  } catch {
    return undefined;
  }
}

/** Runs a bundle as a main module. Gives the script, of which V8 knows more the longer it runs. */
export function runBundled(path: string): Script {
  const script = new Script(`(function (exports, require, module, __filename) {${readFileSync(path, 'latin1')}\n})`, {
    filename: path,
    cachedData: readCache(path),
    importModuleDynamically: constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  const module = { exports: {} };
  const run = script.runInThisContext() as (...given: unknown[]) => void;
  run(module.exports, createRequire(path), module, path);
  return script;
}

/** V8 refuses what another version of it has made, and compiles. */
function readCache(path: string): Buffer | undefined {
  try {
    return readFileSync(`${path}.cache`);
  } catch {
    return undefined;
  }
}
