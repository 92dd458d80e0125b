/** @file The object store at an address, as a workspace sees it. */
import { resolve } from 'node:path';
import type { Config } from '@tintype/contracts/config';
import { parseStoreAddress, renderStoreAddress, type StoreAddress } from '@tintype/contracts/store-address';
import type { ObjectStore } from '@tintype/core/ports/object-store';
import { workspacePaths } from '../workspace/workspace-paths.ts';

export interface StoreSurroundings {
  /** Of the workspace: folders are relative to it, and copies of remote objects lie in it. */
  folder: string;
  config: Pick<Config, 's3' | 'cache'>;
}

/** `file:FOLDER`, `s3://...` or `gs://...`. Throws STORAGE_FAILED, BUCKET_DENIED or BUCKET_UNREACHABLE. */
export async function openStore(text: string, { folder, config }: StoreSurroundings): Promise<ObjectStore> {
  const address = resolveStoreAddress(text, folder);
  if (address.scheme === 'file') {
    const { openFileStore } = await import('./open-file-store.ts');
    return openFileStore({ folder: address.folder });
  }
  const [{ openBucket }, { openRemoteStore }] = await Promise.all([
    import('../buckets/open-bucket.ts'),
    import('./open-remote-store.ts'),
  ]);
  const cacheFolder = workspacePaths.storeCache(folder, renderStoreAddress(address));
  return openRemoteStore({ bucket: await openBucket(address, config), cacheFolder, cacheBytes: config.cache.bytes });
}

/** The one spelling of an address that holds wherever it is read. */
export const wholeStoreAddress = (text: string, folder: string): string =>
  renderStoreAddress(resolveStoreAddress(text, folder));

/** Two texts mean the same place where this is the same. */
export function resolveStoreAddress(text: string, folder: string): StoreAddress {
  const address = parseStoreAddress(text);
  return address.scheme === 'file' ? { ...address, folder: resolve(folder, address.folder) } : address;
}
