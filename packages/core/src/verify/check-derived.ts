/** @file What was computed and can be computed again: shards that are named by their bytes, and copies of objects on this machine. */
import { createReadStream } from 'node:fs';
import { basename } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { ObjectCopy } from '../ports/object-store.ts';
import type { CheckContext, Found } from './check.types.ts';
import { hashChunks, hashObject } from './quarantine.ts';

const shardFolders = ['embeddings/', 'pixels/', 'measures/'];
/** The name begins with the beginning of the hash. */
const hashDigits = 32;

export async function* checkShards(context: CheckContext): AsyncGenerator<Found> {
  const { store, isQuick, looked } = context;
  for (const folder of shardFolders)
    for await (const { key } of store.list(folder)) {
      looked.objects += 1;
      if (isQuick) continue;
      const read = await hashObject(store, key);
      looked.sizeBytes += read.sizeBytes;
      if (basename(key).slice(0, hashDigits) === read.sha256.slice(0, hashDigits)) continue;
      yield {
        kind: 'shard-corrupt',
        subject: key,
        detail: `${key} does not have its hash.`,
        async mend() {
          await store.remove(key);
          return 'It is removed, and computed again when it is wanted.';
        },
      };
    }
}

/** Copies are compared byte for byte with their objects, and so are left out where nothing is to be read. */
export async function* checkCopies({ store, isQuick, looked }: CheckContext): AsyncGenerator<Found> {
  if (isQuick) return;
  for await (const copy of store.copies()) {
    const object = await hashObject(store, copy.key).catch(missing);
    if (object) looked.sizeBytes += object.sizeBytes;
    const file = await hashChunks(createReadStream(copy.path));
    if (object?.sha256 !== file.sha256) yield damagedCopy(copy);
  }
}

function missing(error: unknown): undefined {
  if (error instanceof TintypeError && error.code === 'OBJECT_NOT_FOUND') return undefined;
  throw error;
}

const damagedCopy = ({ key, discard }: ObjectCopy): Found => ({
  kind: 'copy-damaged',
  subject: key,
  detail: `The copy of ${key} on this machine is not the object.`,
  async mend() {
    await discard();
    return 'It is removed, and downloaded again when it is wanted.';
  },
});
