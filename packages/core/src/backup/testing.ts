/** @file For tests: a workspace with rows and bytes of every kind, small enough to read whole. */
import { createHash } from 'node:crypto';
import { renderBundle, storeBundle } from '../model/bundle.ts';
import { histogramBackbone } from '../model/histogram-backbone.ts';
import type { Catalog, IngestRow } from '../ports/catalog.ts';
import type { CatalogArchive } from '../ports/catalog-archive.ts';
import { anEvaluation, aVersion } from '../ports/catalog-builders.contract.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';

export const hashOf = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');

export interface World {
  catalog: Catalog;
  archive: CatalogArchive;
  store: ObjectStore;
}

/** Pictures of two classes, bytes and thumbnails of each. */
export async function addPictures({ catalog, store }: Omit<World, 'archive'>, from: number, to: number): Promise<void> {
  const rows: IngestRow[] = [];
  for (let number = from; number < to; number += 1) {
    const bytes = new TextEncoder().encode(`picture ${number}`);
    const contentHash = hashOf(bytes);
    await store.put(objectKeys.source(contentHash), bytes);
    await store.put(objectKeys.thumbnail(contentHash), new TextEncoder().encode(`thumbnail of ${number}`));
    const path = `${number % 2 ? 'cat' : 'dog'}/${number}.jpg`;
    rows.push({
      origin: { location: '/pictures', path, sizeBytes: bytes.length, modifiedAt: number + 0.25 },
      className: number % 2 ? 'cat' : 'dog',
      labelSource: 'folder',
      sample: {
        id: `s_${contentHash.slice(0, 20)}`,
        contentHash,
        path,
        format: 'jpeg',
        widthPx: 4,
        heightPx: 3,
        sizeBytes: bytes.length,
        perceptualHash: '00ff00ff00ff00ff',
      },
    });
  }
  await catalog.samples.recordIngest('pets', rows, { annotator: 'ada', at: 1000 });
}

/** A registered version whose bundle is in the store. */
export async function addVersion({ catalog, store }: Omit<World, 'archive'>): Promise<void> {
  const bundle = renderBundle({
    manifest: {
      model: 'pets',
      classes: ['cat', 'dog'],
      backbone: histogramBackbone,
      input: { name: 'features', kind: 'features' },
      head: { kind: 'logistic', hyperparameters: {} },
      calibration: { method: 'temperature', temperature: 1 },
      snapshot: null,
      run: null,
      seed: 1,
      metrics: null,
      createdAt: 1,
      versions: {},
    },
    graph: new Uint8Array(200_000).fill(7),
    parity: { tolerance: 0.01, samples: [] },
    card: '# Card',
  });
  await storeBundle(store, bundle);
  const { bundleHash } = bundle;
  await catalog.registry.publish(aVersion('pets', { bundleHash }), {
    evaluation: anEvaluation('1'),
    alias: 'champion',
    by: 'ada',
  });
}

/** Every object of a store by key, as hashes. */
export async function readObjects(store: ObjectStore, prefix = ''): Promise<Record<string, string>> {
  const objects: Record<string, string> = {};
  for await (const { key } of store.list(prefix)) objects[key] = hashOf(await store.get(key));
  return objects;
}
