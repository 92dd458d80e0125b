/** @file What the Explore screen asks. */
import {
  type ExploreView,
  exploreStartedSchema,
  exploreViewSchema,
  type MapMethod,
  type MapView,
  mapViewSchema,
} from '@tintype/contracts/explore';
import { request, toQuery } from './client.ts';

/** A report of many classes, with every picture in it looked up, takes its time. */
const timeoutMs = 60_000;

/** Throws DATASET_NOT_FOUND, DATASET_AMBIGUOUS, DATASET_EMPTY. */
export const getExploration = (dataset: string, signal?: AbortSignal): Promise<ExploreView> =>
  request(exploreViewSchema, `/api/explore${toQuery({ dataset })}`, { signal, timeoutMs });

export const startExploration = (dataset: string): Promise<{ job: string }> =>
  request(exploreStartedSchema, '/api/explore', { method: 'POST', body: { dataset } });

/** Throws MAP_NONE_YET. */
export const getMap = (dataset: string, method: MapMethod, signal?: AbortSignal): Promise<MapView> =>
  request(mapViewSchema, `/api/explore/map${toQuery({ dataset, method })}`, { signal, timeoutMs });
