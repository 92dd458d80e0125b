/** @file The stores behind the buckets of the settings: one way to open each scheme. */
import { resolve } from 'node:path';
import type { Buckets } from '@tintype/contracts/buckets';
import { type CloudAddress, parseStoreAddress } from '@tintype/contracts/store-address';
import type { BucketStore } from '@tintype/core/ports/bucket-reader';
import { type BucketSettings, openBucket } from './open-bucket.ts';
import { openFolderBucket } from './open-folder-bucket.ts';

/** By the name that requests use. A cloud is asked when a request is. */
export function openBucketStores(
  buckets: Buckets,
  options: BucketSettings & { workspaceFolder: string },
): Map<string, BucketStore> {
  return new Map(
    Object.entries(buckets).map(([name, { store }]) => {
      const address = parseStoreAddress(store);
      if (address.scheme !== 'file') return [name, openWhenAsked(address, options)];
      return [name, openFolderBucket({ folder: resolve(options.workspaceFolder, address.folder) })];
    }),
  );
}

function openWhenAsked(address: CloudAddress, settings: BucketSettings): BucketStore {
  let opening: ReturnType<typeof openBucket> | undefined;
  const open = (): ReturnType<typeof openBucket> => {
    opening ??= openBucket(address, settings);
    return opening;
  };
  return {
    async find(key) {
      const object = await (await open()).find(key);
      return object && { key, sizeBytes: object.sizeBytes };
    },
    getRange: async (key, range) => (await open()).getRange(key, range),
  };
}
