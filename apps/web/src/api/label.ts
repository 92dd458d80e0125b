/** @file What the Label screen asks. */
import { changedSchema } from '@tintype/contracts/api';
import {
  type ClassChange,
  type ClassEvent,
  type ClassesView,
  classEventSchema,
  classesViewSchema,
} from '@tintype/contracts/label';
import {
  type AuditBound,
  auditBoundSchema,
  clustersViewSchema,
  forecastViewSchema,
  type GridsView,
  gridsViewSchema,
  type LabelCluster,
  type LabelForecast,
  type NextView,
  nextViewSchema,
  type SuspectsView,
  suspectsViewSchema,
} from '@tintype/contracts/label-assist';
import { type LeasesView, leasesViewSchema } from '@tintype/contracts/people';
import { request, toQuery } from './client.ts';

/** One label on its way to the server; `className: null` takes a label away. */
export interface SentLabel {
  id: string;
  sampleId: string;
  className: string | null;
}

/** Resolves once they are stored. Sending an event again changes nothing. */
export const sendLabels = (events: readonly SentLabel[]): Promise<{ changed: number }> =>
  request(changedSchema, '/api/label/events', { method: 'POST', body: { events }, timeoutMs: 15_000 });

export const listClasses = (signal?: AbortSignal): Promise<ClassesView> =>
  request(classesViewSchema, '/api/classes', { signal });

/** Throws CLASS_NOT_FOUND, CLASS_EXISTS, CLASS_IN_USE, CLASS_CHANGE_NOT_UNDOABLE. */
export const changeClasses = (change: ClassChange): Promise<ClassEvent> =>
  request(classEventSchema, '/api/classes/changes', { method: 'POST', body: change, timeoutMs: 120_000 });

interface Scope {
  dataset?: string | undefined;
}

/** Each of these throws LABELING_NOT_READY while pictures are prepared. */
/** `holding`: given out before and still waiting, with commas between; all others are free again for other people. */
export const listNext = (query: Scope & { count: number; holding: string }, signal?: AbortSignal): Promise<NextView> =>
  request(nextViewSchema, `/api/label/next${toQuery({ ...query })}`, { signal });

/** Keeps pictures from other people for two minutes; those that others hold are not among the answer. */
export const leasePictures = (sampleIds: readonly string[], signal?: AbortSignal): Promise<LeasesView> =>
  request(leasesViewSchema, '/api/label/leases', { method: 'POST', body: { sampleIds }, signal });

export const listGrids = (query: Scope & { size: number }, signal?: AbortSignal): Promise<GridsView> =>
  request(gridsViewSchema, `/api/label/grids${toQuery({ ...query })}`, { signal });

export const listClusters = (query: Scope, signal?: AbortSignal): Promise<{ items: LabelCluster[] }> =>
  request(clustersViewSchema, `/api/label/clusters${toQuery({ ...query })}`, { signal, timeoutMs: 60_000 });

export const listSuspects = (query: Scope & { limit: number }, signal?: AbortSignal): Promise<SuspectsView> =>
  request(suspectsViewSchema, `/api/label/suspects${toQuery({ ...query })}`, { signal, timeoutMs: 60_000 });

export const getForecast = async (query: Scope, signal?: AbortSignal): Promise<LabelForecast | null> =>
  (await request(forecastViewSchema, `/api/label/forecast${toQuery({ ...query })}`, { signal, timeoutMs: 120_000 }))
    .forecast;

export const getAuditBound = (
  query: { size: number; looks: number; errors: number; planned: boolean },
  signal?: AbortSignal,
): Promise<AuditBound> => request(auditBoundSchema, `/api/label/audit-bound${toQuery(query)}`, { signal });
