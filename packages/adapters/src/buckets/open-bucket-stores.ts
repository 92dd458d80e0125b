/** @file The stores behind the buckets of the settings: one way to open each scheme. */
import { resolve } from 'node:path';
import { type BucketScheme, type Buckets, parseBucketStore } from '@tintype/contracts/buckets';
import type { BucketStore } from '@tintype/core/ports/bucket-reader';
import { openFolderBucket } from './open-folder-bucket.ts';

interface Opening {
  /** What follows the scheme. */
  place: string;
  /** The folder with tintype.yaml. */
  workspaceFolder: string;
}

const schemes: Record<BucketScheme, (opening: Opening) => BucketStore> = {
  file: ({ place, workspaceFolder }) => openFolderBucket({ folder: resolve(workspaceFolder, place) }),
};

/** By the name that requests use. */
export function openBucketStores(buckets: Buckets, options: { workspaceFolder: string }): Map<string, BucketStore> {
  return new Map(
    Object.entries(buckets).map(([name, { store }]) => {
      const { scheme, place } = parseBucketStore(store);
      return [name, schemes[scheme]({ place, ...options })];
    }),
  );
}
