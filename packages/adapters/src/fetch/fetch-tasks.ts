/** @file What a fetching child runs. It knows no pictures and no models: a name that is resolved and a stream that is cut off. */
import type { TaskFunctions } from '@tintype/core/ports/task-pool';
import { fetchPicture } from './fetch-picture.ts';

export type FetchTasks = {
  fetch: { input: { url: string; limitBytes: number; totalMs: number }; output: Uint8Array };
};

export const tasks: TaskFunctions<FetchTasks> = {
  fetch: ({ url, limitBytes, totalMs }) => fetchPicture(url, { limits: { bytes: limitBytes, totalMs } }),
};
