/** @file A copy of the catalog's file, made before its schema is changed: what an older version can still read. */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Kysely } from 'kysely';
import { sql } from './kysely.ts';
import type { Tables } from './schema.ts';

const copyPattern = /^catalog-before-.*\.sqlite$/;
const keptCopies = 3;

/** `backups/catalog-before-0012-jobs.sqlite` beside the file: whole and durable when this returns, or not there. The newest three stay. */
export async function keepCopy(db: Kysely<Tables>, { path, name }: { path: string; name: string }): Promise<void> {
  const folder = join(dirname(path), 'backups');
  const copy = join(folder, `catalog-before-${name}.sqlite`);
  const draft = `${copy}.new`;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  rmSync(draft, { force: true });
  // SQLite writes into an empty file; made by us, it is for its owner alone.
  closeSync(openSync(draft, 'wx', 0o600));
  await sql`vacuum into ${draft}`.execute(db);
  syncPath(draft);
  renameSync(draft, copy);
  syncPath(folder);
  removeOldCopies(folder);
}

function removeOldCopies(folder: string): void {
  const copies = readdirSync(folder)
    .filter((file) => copyPattern.test(file))
    .map((file) => ({ file, at: statSync(join(folder, file)).mtimeMs }))
    .toSorted((a, b) => b.at - a.at);
  for (const { file } of copies.slice(keptCopies)) rmSync(join(folder, file), { force: true });
}

export function syncPath(path: string): void {
  const descriptor = openSync(path, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
