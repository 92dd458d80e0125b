/** @file A bundle as a folder of its own: verified on the way out, so that what leaves is what was registered. */
import type { ModelVersion } from '@tintype/contracts/registry';
import { manifestFile, parseManifest, verifyBundleFile } from '../model/bundle.ts';
import { type ExportedFile, writeFolder } from '../model/write-folder.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';

/** Throws BUNDLE_CORRUPT, OBJECT_NOT_FOUND, and what writing a folder throws. */
export async function exportBundle(
  { store }: { store: Pick<ObjectStore, 'get'> },
  { version, folder }: { version: Pick<ModelVersion, 'bundleHash'>; folder: string },
): Promise<ExportedFile[]> {
  const { bundleHash } = version;
  const bytes = await store.get(objectKeys.bundleFile(bundleHash, manifestFile));
  const manifest = parseManifest(bytes, bundleHash);
  return writeFolder(folder, async (write) => {
    await write(manifestFile, bytes);
    for (const name of Object.keys(manifest.files).toSorted()) {
      const content = await store.get(objectKeys.bundleFile(bundleHash, name));
      verifyBundleFile(manifest, { name, content, bundleHash });
      await write(name, content);
    }
  });
}
