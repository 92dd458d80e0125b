/** @file Every object of the store that a row of the catalog cannot do without: what a backup holds and a check of the workspace looks for. */
import { manifestFile, parseManifest } from '../model/bundle.ts';
import type { Catalog } from '../ports/catalog.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';

/** Which kind of row refers to an object, and as what. */
export type ReferenceReason = 'original' | 'thumbnail' | 'snapshot' | 'bundle' | 'prediction';

export interface ReferencedKey {
  key: string;
  /** Where the row says it, directly or by the manifest of its bundle. */
  sha256?: string;
  /** Where the row says it. */
  sizeBytes?: number;
  reason: ReferenceReason;
  /** The row: id of the sample, the snapshot or the kept prediction, or `MODEL@VERSION`. */
  row: string;
}

export interface ReferenceNeeds {
  catalog: Pick<Catalog, 'samples' | 'snapshots' | 'registry' | 'predictions'>;
  store: Pick<ObjectStore, 'get' | 'list'>;
}

const predictionsPerPage = 1000;

/**
 * Streamed; samples in the trash and all versions included. A key that several rows refer to comes once for each of them. Of a bundle
 * whose manifest is missing or damaged, what lies beside it comes without its hash. Objects that can be made again (features, maps, reports) are not among them.
 */
export async function* referencedKeys(needs: ReferenceNeeds): AsyncGenerator<ReferencedKey> {
  yield* keysOfSamples(needs);
  for (const { id } of await needs.catalog.snapshots.list()) {
    yield { key: objectKeys.snapshot(id), reason: 'snapshot', row: id };
  }
  yield* keysOfVersions(needs);
  yield* keysOfPredictions(needs);
}

async function* keysOfSamples({ catalog }: ReferenceNeeds): AsyncGenerator<ReferencedKey> {
  for (const removed of [false, true]) {
    for await (const { id: row, contentHash, sizeBytes } of catalog.samples.stream({ removed })) {
      yield { key: objectKeys.source(contentHash), sha256: contentHash, sizeBytes, reason: 'original', row };
      yield { key: objectKeys.thumbnail(contentHash), reason: 'thumbnail', row };
    }
  }
}

async function* keysOfVersions({ catalog, store }: ReferenceNeeds): AsyncGenerator<ReferencedKey> {
  for (const { versions } of await catalog.registry.list()) {
    for (const { model, version, bundleHash } of versions) {
      const of = { reason: 'bundle', row: `${model}@${version}` } as const;
      const key = objectKeys.bundleFile(bundleHash, manifestFile);
      yield { key, sha256: bundleHash, ...of };
      const hashes = await readFileHashes(store, { key, bundleHash });
      for (const [name, sha256] of hashes ?? []) yield { key: objectKeys.bundleFile(bundleHash, name), sha256, ...of };
      if (hashes) continue;
      for await (const { key: beside } of store.list(objectKeys.bundlePrefix(bundleHash))) {
        if (beside !== key) yield { key: beside, ...of };
      }
    }
  }
}

/** Undefined where the manifest is missing or is not the one that was registered: whoever looks for it finds that out. */
async function readFileHashes(
  store: ReferenceNeeds['store'],
  { key, bundleHash }: { key: string; bundleHash: string },
): Promise<[string, string][] | undefined> {
  try {
    return Object.entries(parseManifest(await store.get(key), bundleHash).files);
  } catch (error) {
    if (['OBJECT_NOT_FOUND', 'BUNDLE_CORRUPT'].includes((error as { code?: string }).code ?? '')) return undefined;
    throw error;
  }
}

async function* keysOfPredictions({ catalog }: ReferenceNeeds): AsyncGenerator<ReferencedKey> {
  let cursor: string | undefined;
  do {
    const query = { limit: predictionsPerPage, ...(cursor === undefined ? {} : { cursor }) };
    const { items, nextCursor } = await catalog.predictions.list(query);
    for (const { id: row, contentHash, sizeBytes, hasPicture } of items) {
      if (hasPicture)
        yield {
          key: objectKeys.prediction(contentHash),
          sha256: contentHash,
          sizeBytes,
          reason: 'prediction',
          row,
        };
    }
    cursor = nextCursor ?? undefined;
  } while (cursor !== undefined);
}
