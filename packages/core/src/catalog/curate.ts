/** @file Saved views, and a sample with everything that is known of it. */

import type { SampleView } from '@tintype/contracts/api';
import type { SampleFilter, SampleQuery } from '@tintype/contracts/catalog';
import type { View } from '@tintype/contracts/curation';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';

interface Needs {
  catalog: Catalog;
  clock: Clock;
}

export type ViewRequest = { name?: string | undefined; by: string } & (
  | { query: SampleFilter }
  | { sampleIds: readonly string[] }
);

/** Rows of a list that are read at once. */
const keysPerPage = 10_000;

/**
 * Saves a query or a list of samples. A query of a list is a list: what a name is given to must not be forgotten with what it was taken from.
 * Throws VIEW_EXISTS, VIEW_NOT_FOUND, SAMPLE_NOT_FOUND.
 */
export async function saveView(needs: Needs, request: ViewRequest): Promise<View> {
  const { catalog, clock } = needs;
  const { name = null, by } = request;
  const made = { id: clock.newId('view'), name, createdBy: by, createdAt: clock.now() };
  if ('sampleIds' in request) return catalog.views.create({ ...made, sampleIds: request.sampleIds });
  const { view: viewId, ...rest } = request.query;
  if (viewId === undefined) return catalog.views.create({ ...made, query: rest });

  const source = await catalog.views.get(viewId);
  if (source.query) return saveView(needs, { ...request, query: { ...source.query, ...rest } });
  const isWhole = Object.values(rest).every((value) => value === undefined || value === false);
  if (isWhole && source.name === null && name !== null) return catalog.views.rename(viewId, name, made.createdAt);
  return catalog.views.create({ ...made, sampleIds: await listIds(catalog, request.query) });
}

async function listIds(catalog: Catalog, query: SampleQuery): Promise<string[]> {
  const ids: string[] = [];
  for (let offset = 0; ; offset += keysPerPage) {
    const { items, total } = await catalog.samples.listKeys({ ...query, offset, limit: keysPerPage });
    ids.push(...items.map(({ id }) => id));
    if (offset + items.length >= total || items.length === 0) return ids;
  }
}

/** Throws SAMPLE_NOT_FOUND. */
export async function describeSample({ catalog }: Pick<Needs, 'catalog'>, sampleId: string): Promise<SampleView> {
  const sample = await catalog.samples.get(sampleId);
  return {
    ...sample,
    labels: await catalog.samples.listLabelEvents(sampleId),
    tags: await catalog.tags.ofSample(sampleId),
    predictions: await catalog.samplePredictions.ofSample(sampleId),
    measures: (await catalog.measures.find(sampleId)) ?? null,
    uses: await catalog.samples.listUses(sampleId),
  };
}
