/** @file A model's answers for packed pictures: the pixels, the graph and the runtime that serving has. */

import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { floatsOf, openSession, type Session } from '@tintype/autograd/runtime/session';
import { policies } from '@tintype/contracts/augmentation';
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import { noMixing } from '@tintype/vision/augment/mixing';
import { BatchMaker, createBuffers } from '../input-pipeline/make-batch.ts';
import type { LabeledPixels } from './plan.types.ts';

export interface AnswerOptions {
  preprocessing: Preprocessing;
  classCount: number;
  /** Pictures at once; default 16. Serving asks for one at a time. */
  batch?: number;
  onProgress?: (done: number) => void;
}

export interface Answers {
  /** [N, K] each, in the order asked. */
  logits: Float32Array;
  probabilities: Float32Array;
}

/** Outputs of a model for the pictures at these positions. */
export async function answerPictures(
  session: Session,
  { pixels, labels }: LabeledPixels,
  options: AnswerOptions & { positions?: readonly number[] },
): Promise<Answers> {
  const { preprocessing, classCount, batch = 16, positions = [...labels.keys()], onProgress } = options;
  const recipe = {
    pixels,
    labels,
    classCount,
    batch,
    preprocessing,
    augmentation: policies.none,
    mixing: noMixing,
    seed: 0,
  };
  using maker = new BatchMaker(recipe);
  const buffers = createBuffers(recipe);
  const length = positions.length * classCount;
  const answers: Answers = { logits: new Float32Array(length), probabilities: new Float32Array(length) };
  const { widthPx, heightPx } = preprocessing;
  for (let from = 0; from < positions.length; from += batch) {
    const indices = Int32Array.from(positions.slice(from, from + batch));
    maker.make({ epoch: 0, step: 0, indices }, buffers);
    const dims = [indices.length, 3, heightPx, widthPx];
    const data = buffers.x.subarray(0, indices.length * 3 * heightPx * widthPx);
    const feeds = { [session.inputNames[0] as string]: { type: 'float32', dims, data } } as const;
    const outputs = await session.run(feeds, ['logits', 'probabilities']);
    answers.logits.set(floatsOf(outputs, 'logits'), from * classCount);
    answers.probabilities.set(floatsOf(outputs, 'probabilities'), from * classCount);
    onProgress?.(from + indices.length);
  }
  return answers;
}

/** One thread and no spinning is how children that serve run; more only where nothing is compared. */
export const openModel = (model: OnnxModel, threads: number): Promise<Session> =>
  openSession(renderOnnx(model), { threads });
