/** @file What the Pictures screen asks: samples, tags, groups, views, neighbors. */
import { type SamplesView, type SampleView, samplesViewSchema, sampleViewSchema } from '@tintype/contracts/api';
import type { SampleQuery } from '@tintype/contracts/catalog';
import {
  type ChangedIds,
  changedIdsSchema,
  type FilterChoices,
  filterChoicesSchema,
  type NeighborsView,
  type NewViewBody,
  neighborsViewSchema,
  type Regrouped,
  regroupedSchema,
  sampleKeysViewSchema,
  type View,
  viewSchema,
  viewsViewSchema,
} from '@tintype/contracts/curation';
import type { z } from 'zod';
import { request, toQuery } from './client.ts';

const segment = encodeURIComponent;
const queryOf = (query: SampleQuery): string => toQuery(query as Record<string, string | number | boolean | undefined>);

export const listSamples = (query: SampleQuery, signal?: AbortSignal): Promise<SamplesView> =>
  request(samplesViewSchema, `/api/samples${queryOf(query)}`, { signal });

export const listSampleKeys = (
  query: SampleQuery,
  signal?: AbortSignal,
): Promise<z.output<typeof sampleKeysViewSchema>> =>
  request(sampleKeysViewSchema, `/api/samples/keys${queryOf(query)}`, { signal });

export const getSample = (id: string, signal?: AbortSignal): Promise<SampleView> =>
  request(sampleViewSchema, `/api/samples/${segment(id)}`, { signal });

/** Throws LABELING_NOT_READY while features are being extracted. */
export const listNeighbors = (id: string, count: number, signal?: AbortSignal): Promise<NeighborsView> =>
  request(neighborsViewSchema, `/api/samples/${segment(id)}/neighbors${toQuery({ count })}`, { signal });

export const listChoices = (signal?: AbortSignal): Promise<FilterChoices> =>
  request(filterChoicesSchema, '/api/samples/choices', { signal });

export const listViews = async (signal?: AbortSignal): Promise<View[]> =>
  (await request(viewsViewSchema, '/api/views', { signal })).items;

export const getView = (id: string, signal?: AbortSignal): Promise<View> =>
  request(viewSchema, `/api/views/${segment(id)}`, { signal });

/** Throws VIEW_EXISTS. */
export const createView = (body: NewViewBody): Promise<View> =>
  request(viewSchema, '/api/views', { method: 'POST', body });

/** Null takes the name away. Throws VIEW_EXISTS. */
export const renameView = (id: string, name: string | null): Promise<View> =>
  request(viewSchema, `/api/views/${segment(id)}`, { method: 'POST', body: { name } });

export const tagSamples = (
  { ids, tag }: { ids: readonly string[]; tag: string },
  to: 'tag' | 'untag',
): Promise<ChangedIds> => request(changedIdsSchema, `/api/samples/${to}`, { method: 'POST', body: { ids, tag } });

export const groupSamples = (body: { ids: readonly string[]; group: string | null }): Promise<Regrouped> =>
  request(regroupedSchema, '/api/samples/group', { method: 'POST', body });
