/** @file Labeled pictures of ../shared/data in an object store, for benchmarks: read once, named by their content. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { objectKeys } from '@tintype/core/ports/object-store';

export const root = resolve(import.meta.dirname, '..');
export const shared = process.env.TINTYPE_SHARED ?? resolve(root, '../shared');

/** Class folders of `../shared/data/SET`: `{ path, className, contentHash, bytes }` in name order. */
export function readPictures(set, { most = Number.POSITIVE_INFINITY } = {}) {
  const folder = join(shared, 'data', set);
  if (!existsSync(folder)) throw new Error(`${folder} is not here`);
  const classes = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const pictures = classes.flatMap(({ name: className }) =>
    readdirSync(join(folder, className)).map((name) => ({ className, path: `${className}/${name}` })),
  );
  pictures.sort((a, b) => (a.path < b.path ? -1 : 1));
  const step = Math.max(1, pictures.length / most);
  const chosen = Array.from({ length: Math.min(most, pictures.length) }, (_, n) => pictures[Math.floor(n * step)]);
  return chosen.map((picture) => {
    const bytes = readFileSync(join(folder, picture.path));
    return { ...picture, bytes, contentHash: createHash('sha256').update(bytes).digest('hex') };
  });
}

export async function storePictures(store, pictures) {
  for (const { contentHash, bytes } of pictures) await store.put(objectKeys.source(contentHash), bytes);
}

/** `--name value` pairs and the rest, in order. */
export function parseArguments(argv) {
  const options = {};
  const rest = [];
  for (let at = 0; at < argv.length; at += 1) {
    if (argv[at].startsWith('--')) options[argv[at].slice(2)] = argv[++at];
    else rest.push(argv[at]);
  }
  return { options, rest };
}
