/** @file What a picture child runs: every task on bytes that may be hostile. Loaded by the task pool, never by a main process. */
import { analyzePicture } from '@tintype/vision/analyze-picture';
import type { TaskFunctions } from '../ports/task-pool.ts';
import type { PictureTasks } from './picture-tasks.types.ts';

export const tasks: Pick<TaskFunctions<PictureTasks>, 'analyze'> = {
  analyze: ({ bytes, limits }) => analyzePicture(bytes, { limits }),
};
