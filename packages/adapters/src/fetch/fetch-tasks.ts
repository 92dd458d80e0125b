/** @file What a fetching child runs. It knows no pictures and no models: a name that is resolved and a stream that is cut off. */
import type { FetchedPart } from '@tintype/core/ports/picture-fetcher';
import type { TaskFunctions } from '@tintype/core/ports/task-pool';
import { fetchPart, fetchPicture } from './fetch-picture.ts';

export type FetchTasks = {
  fetch: { input: { url: string; limitBytes: number; totalMs: number }; output: Uint8Array };
  fetchPart: { input: { url: string; start: number; end: number; totalMs: number }; output: FetchedPart };
};

export const tasks: TaskFunctions<FetchTasks> = {
  fetch: ({ url, limitBytes, totalMs }) => fetchPicture(url, { limits: { bytes: limitBytes, totalMs } }),
  fetchPart: ({ url, start, end, totalMs }) => fetchPart(url, { start, end }, { limits: { totalMs } }),
};
