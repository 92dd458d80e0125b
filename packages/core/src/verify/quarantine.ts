/** @file Puts an object aside: its bytes stay, below `quarantine/`, with the reason; and brings back what fits. */
import { createHash } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import { crashPoint } from '../ports/crash-point.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';

/** Of the name of a note, after that of its object. */
export const noteEnd = '.note.json';

interface Needs {
  store: ObjectStore;
  clock: Clock;
}

/** The copy and its note are durable before the object is gone. */
export async function quarantine({ store, clock }: Needs, key: string, reason: string): Promise<void> {
  const aside = objectKeys.quarantine(key);
  await store.write(aside, store.read(key), { ifAbsent: false });
  crashPoint('verify.copied');
  const note = { key, reason, at: new Date(clock.now()).toISOString() };
  await store.put(`${aside}${noteEnd}`, new TextEncoder().encode(`${JSON.stringify(note)}\n`), { ifAbsent: false });
  crashPoint('verify.noted');
  await store.remove(key);
  crashPoint('verify.quarantined');
}

/** Whether an object with these bytes was in quarantine, and is at its key again. */
export async function bringBack(store: ObjectStore, key: string, sha256: string): Promise<boolean> {
  const aside = objectKeys.quarantine(key);
  if (!(await store.find(aside)) || (await hashObject(store, aside)).sha256 !== sha256) return false;
  await store.write(key, store.read(aside), { ifAbsent: false });
  crashPoint('verify.returned');
  await discardAside(store, key);
  return true;
}

/** For an object that is in its place. The note first: a copy is found by whoever looks, a note alone is not. */
export async function discardAside(store: ObjectStore, key: string): Promise<void> {
  const aside = objectKeys.quarantine(key);
  await store.remove(`${aside}${noteEnd}`);
  await store.remove(aside);
}

/** SHA-256 in hexadecimal; the object is never in memory at once. */
export async function hashObject(store: ObjectStore, key: string): Promise<{ sha256: string; sizeBytes: number }> {
  return hashChunks(store.read(key));
}

export async function hashChunks(chunks: AsyncIterable<Uint8Array>): Promise<{ sha256: string; sizeBytes: number }> {
  const hash = createHash('sha256');
  let sizeBytes = 0;
  for await (const chunk of chunks) {
    hash.update(chunk);
    sizeBytes += chunk.length;
  }
  return { sha256: hash.digest('hex'), sizeBytes };
}
