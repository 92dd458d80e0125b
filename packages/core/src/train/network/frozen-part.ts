/** @file The part of a model that cannot be trained, run on every batch before the step. */
import type { OnnxModel } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { floatsOf, openSession } from '@tintype/autograd/runtime/session';
import type { TrainStep } from '@tintype/autograd/step/train-step';
import type { Preprocessing } from '@tintype/contracts/preprocessing';

/** A step that takes pixels, and owns the given one. */
export async function putBehind(
  step: TrainStep,
  { frozen, preprocessing, threads }: { frozen: OnnxModel; preprocessing: Preprocessing; threads: number },
): Promise<TrainStep> {
  const { widthPx, heightPx } = preprocessing;
  const session = await openSession(renderOnnx(frozen), { threads });
  const [inputName = '', outputName = ''] = [session.inputNames[0], session.outputNames[0]];
  const apply = async (data: Float32Array): Promise<Float32Array> => {
    const dims = [data.length / (3 * heightPx * widthPx), 3, heightPx, widthPx];
    return floatsOf(await session.run({ [inputName]: { type: 'float32', dims, data } }), outputName);
  };
  return {
    memory: step.memory,
    get stepCount() {
      return step.stepCount;
    },
    run: async ({ x, targets }, settings) => step.run({ x: await apply(x), targets }, settings),
    read: () => step.read(),
    view: () => step.view(),
    write: (state) => step.write(state),
    async [Symbol.asyncDispose]() {
      await step[Symbol.asyncDispose]();
      await session[Symbol.asyncDispose]();
    },
  };
}
