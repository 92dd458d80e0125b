/** @file The samples that the nearest training pictures of an answer are, for those who want to look at them. */
import type { Neighbor, Prediction } from '@tintype/contracts/serve';
import { sampleIdOf } from '../ingest/sample-id.ts';
import type { Catalog } from '../ports/catalog.ts';

interface Needs {
  catalog: Pick<Catalog, 'registry' | 'snapshots' | 'samples'>;
}

/**
 * With id and thumbnail where the catalog still has the picture, and it is not in the trash. An answer does not depend on the catalog: what
 * cannot be looked up stays as it is. Never throws.
 */
export async function locateNeighbors(needs: Needs, prediction: Prediction): Promise<Prediction> {
  if (!prediction.neighbors?.length) return prediction;
  try {
    const dataset = await findDataset(needs, prediction);
    if (dataset === undefined) return prediction;
    const locate = (neighbor: Neighbor): Promise<Neighbor> => locateOne(needs, neighbor, dataset);
    return { ...prediction, neighbors: await Promise.all(prediction.neighbors.map(locate)) };
  } catch {
    return prediction;
  }
}

async function findDataset({ catalog }: Needs, { model, version }: Prediction): Promise<string | undefined> {
  const { snapshot } = await catalog.registry.getVersion(model, String(version));
  return snapshot === null ? undefined : (await catalog.snapshots.get(snapshot)).dataset;
}

async function locateOne({ catalog }: Needs, neighbor: Neighbor, dataset: string): Promise<Neighbor> {
  const id = sampleIdOf(dataset, neighbor.content_hash);
  const sample = await catalog.samples.get(id).catch(() => undefined);
  if (!sample || sample.removedAt !== null) return neighbor;
  return { ...neighbor, sample_id: id, thumbnail: `/api/samples/${id}/thumbnail` };
}
