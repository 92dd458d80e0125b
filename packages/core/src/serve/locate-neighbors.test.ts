/** @file Neighbors and the samples that they are. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Prediction } from '@tintype/contracts/serve';
import { expect, test } from 'vitest';
import { sampleIdOf } from '../ingest/sample-id.ts';
import { locateNeighbors } from './locate-neighbors.ts';

const [here, removed, gone] = ['a', 'b', 'c'].map((digit) => digit.repeat(64)) as [string, string, string];
const idOf = (contentHash: string): string => sampleIdOf('pets', contentHash);

const prediction = {
  prediction: 'cat',
  confidence: 1,
  error: null,
  model: 'pets',
  version: 2,
  request_id: 'req_1',
  neighbors: [here, removed, gone].map((content_hash) => ({ content_hash, class: 'cat', similarity: 0.9 })),
} satisfies Prediction;

const catalog = {
  registry: {
    getVersion: async (_model: string, version: string) => ({ snapshot: version === '2' ? 'snap_1' : null }),
  },
  snapshots: { get: async () => ({ dataset: 'pets' }) },
  samples: {
    get: async (id: string) => {
      if (id === idOf(here)) return { removedAt: null };
      if (id === idOf(removed)) return { removedAt: 5 };
      throw new TintypeError('SAMPLE_NOT_FOUND', { sampleId: id });
    },
  },
} as unknown as Parameters<typeof locateNeighbors>[0]['catalog'];

test('a neighbor that the catalog has is told with its sample and thumbnail; one in the trash or gone is not', async () => {
  const { neighbors } = await locateNeighbors({ catalog }, prediction);

  expect(neighbors?.[0]).toEqual({
    ...prediction.neighbors[0],
    sample_id: idOf(here),
    thumbnail: `/api/samples/${idOf(here)}/thumbnail`,
  });
  expect(neighbors?.slice(1)).toEqual(prediction.neighbors.slice(1));
});

test('an answer without neighbors, or of an imported model, is left as it is', async () => {
  const { neighbors: _neighbors, ...plain } = prediction;

  expect(await locateNeighbors({ catalog }, plain)).toBe(plain);
  expect(await locateNeighbors({ catalog }, { ...prediction, version: 3 })).toEqual({ ...prediction, version: 3 });
});

test('a catalog that is locked takes no answer away', async () => {
  const locked = { ...catalog, registry: { getVersion: () => Promise.reject(new Error('locked')) } } as never;

  expect(await locateNeighbors({ catalog: locked }, prediction)).toBe(prediction);
});
