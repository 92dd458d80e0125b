/** @file What a picture child runs: every task on bytes that may be hostile. Loaded by the task pool, never by a main process. */
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { analyzePicture } from '@tintype/vision/analyze-picture';
import { preparePixels } from '@tintype/vision/prepare-pixels';
import type { TaskFunctions } from '../ports/task-pool.ts';
import type { PictureTasks } from './picture-tasks.types.ts';

const signatureSize = preprocessingSchema.parse({ widthPx: 32, heightPx: 32, resize: 'squash' });

export const tasks: Pick<TaskFunctions<PictureTasks>, 'analyze' | 'signature'> = {
  analyze: ({ bytes, limits }) => analyzePicture(bytes, { limits }),
  signature: ({ bytes, limits }) => preparePixels(bytes, signatureSize, limits),
};
