/** @file One object of a backup: kept, looked at, and brought back, each time by its hash. */
import { createHash } from 'node:crypto';
import type { BackupObject } from '@tintype/contracts/backup';
import type { ReferencedKey } from '../catalog/referenced-keys.ts';
import { sha256 } from '../ports/backup-format.ts';
import type { ObjectStore } from '../ports/object-store.ts';

/** Larger ones are not held as a whole. */
const heldBytes = 16 * 2 ** 20;
const leastAtOnce = 8;
const mostAtOnce = 32;

interface Stores {
  store: ObjectStore;
  place: ObjectStore;
}

/** A network wants more requests under way than a disk. */
export function objectsAtOnce({ store, place }: Stores): number {
  const wanted = Math.max(store.putsAtOnce ?? 0, place.putsAtOnce ?? 0) / 4;
  return Math.min(mostAtOnce, Math.max(leastAtOnce, wanted));
}

/** Bytes that are not those that were meant; a store that is written to from them keeps nothing. */
export class ChangedBytes extends Error {}

/**
 * Where the place is another one, the object is there afterwards. What is not there to be kept, or is not what its row says, is noted
 * as missing: the rest is worth a backup all the same.
 */
export async function keepObject({ store, place }: Stores, reference: ReferencedKey): Promise<BackupObject> {
  const { key, sha256: known } = reference;
  const missing: BackupObject = { key, sizeBytes: 0, sha256: null };
  const head = await store.find(key);
  const isChanged = reference.sizeBytes !== undefined && head?.sizeBytes !== reference.sizeBytes;
  if (!head || isChanged) return missing;
  const there = place === store ? head : await place.find(key);
  if (known !== undefined) {
    const isThere = there?.sizeBytes === head.sizeBytes;
    if (!isThere && !(await copyObject({ from: store, to: place }, { ...head, sha256: known }))) return missing;
    return { ...head, sha256: known };
  }
  // What is named by something else than its content is kept as it is at the place.
  const bytes = await (there ? place : store).get(key);
  if (!there) await place.put(key, bytes);
  return { key, sizeBytes: bytes.length, sha256: sha256(bytes) };
}

interface Copy {
  from: ObjectStore;
  to: ObjectStore;
}

interface KnownObject {
  key: string;
  sizeBytes: number;
  sha256: string;
}

/** False where the bytes are not those that the hash is of: nothing is kept then. Throws OBJECT_NOT_FOUND. */
export async function copyObject({ from, to }: Copy, object: KnownObject): Promise<boolean> {
  const { key, sizeBytes } = object;
  // An object that is there, but not as it should be, is replaced.
  const over = { ifAbsent: false };
  if (sizeBytes <= heldBytes) {
    const bytes = await from.get(key);
    const isMeant = sha256(bytes) === object.sha256;
    if (isMeant) await to.put(key, bytes, over);
    return isMeant;
  }
  try {
    await to.write(key, checked(from.read(key), object.sha256), over);
    return true;
  } catch (error) {
    if (error instanceof ChangedBytes) return false;
    throw error;
  }
}

async function* checked(chunks: AsyncIterable<Uint8Array>, expected: string): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha256');
  for await (const chunk of chunks) {
    hash.update(chunk);
    yield chunk;
  }
  if (hash.digest('hex') !== expected) throw new ChangedBytes('The bytes do not have their hash.');
}

/** What is wrong with an object of a backup where it lies; undefined where nothing is. */
export async function findObjectProblem(
  store: ObjectStore,
  { key, sizeBytes, sha256: expected }: KnownObject,
): Promise<'missing' | 'changed' | undefined> {
  const head = await store.find(key);
  if (!head) return 'missing';
  if (head.sizeBytes !== sizeBytes) return 'changed';
  if (sizeBytes <= heldBytes) return sha256(await store.get(key)) === expected ? undefined : 'changed';
  const hash = createHash('sha256');
  for await (const chunk of store.read(key)) hash.update(chunk);
  return hash.digest('hex') === expected ? undefined : 'changed';
}
