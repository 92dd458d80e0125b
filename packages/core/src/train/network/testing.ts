/** @file For tests: a small network on dots of color, trained by the real loop and ONNX Runtime in moments. */
import { ops } from '@tintype/autograd/graph/ops';
import { linear } from '@tintype/autograd/nn/layers';
import { buildNetwork, type Network, trainingMode } from '@tintype/autograd/nn/network';
import { adamw } from '@tintype/autograd/optimize/adamw';
import { createRandom } from '@tintype/autograd/random';
import type { State } from '@tintype/autograd/step/state';
import { openTrainStep, type TrainStep } from '@tintype/autograd/step/train-step';
import type { TrainPhase } from '@tintype/contracts/train-events';
import { type Checkpoints, openCheckpoints } from './checkpoints.ts';
import type { LoopBatch, LoopNeeds, LoopPlan } from './loop.ts';

export const dots = { batch: 8, classes: 3, stepsPerEpoch: 5, sizePx: 2 };

function buildDots(): Network {
  const { batch, classes, sizePx } = dots;
  return buildNetwork([batch, 3, sizePx, sizePx], trainingMode, (scope, pixels) => {
    const x = ops.reshape(pixels, [batch, 3 * sizePx * sizePx]);
    const features = ops.tanh(linear(scope.at('body'), x, { out: 8 }));
    return { features, logits: linear(scope.at('head').atDepth(1), features, { out: classes }) };
  });
}

/** Pictures whose class is the channel that is brightest, with noise; equal for equal words. */
function drawDots(...words: (string | number)[]): LoopBatch {
  const { batch, classes, sizePx } = dots;
  const random = createRandom('dots', ...words);
  const plane = sizePx * sizePx;
  const [x, targets] = [new Float32Array(batch * 3 * plane), new Float32Array(batch * classes)];
  for (let n = 0; n < batch; n += 1) {
    const k = Math.floor(random() * classes);
    targets[n * classes + k] = 1;
    for (let i = 0; i < 3 * plane; i += 1)
      x[n * 3 * plane + i] = random() - 0.5 + (Math.floor(i / plane) === k ? 0.6 : 0);
  }
  return { x, targets, count: batch };
}

export const aLoopPlan = (change: Partial<LoopPlan> = {}): LoopPlan => ({
  epochs: 3,
  stepsPerEpoch: dots.stepsPerEpoch,
  headWarmup: 0,
  patience: 0,
  classCount: dots.classes,
  validationPictures: 10_000,
  saveEveryMs: 0,
  learningRate: () => 0.02,
  peakLearningRate: 0.02,
  ...change,
});

export interface LoopOptions extends Partial<LoopNeeds> {
  folder: string;
  settingsHash?: string;
  /** Of the validation, by epoch; by default it is measured. */
  accuracies?: readonly number[];
  onNotice?: (text: string) => void;
}

/** Everything the loop needs, over a folder of checkpoints. */
export function loopNeeds({
  folder,
  settingsHash = 'settings',
  accuracies,
  onNotice,
  ...change
}: LoopOptions): LoopNeeds {
  const checkpoints: Checkpoints = openCheckpoints({
    folder,
    settingsHash,
    run: 'run_1',
    ...(onNotice ? { onNotice } : {}),
  });
  const scripted = accuracies?.values();
  return {
    openStep: (phase: TrainPhase) =>
      openTrainStep(
        {
          network: buildDots(),
          optimizer: adamw(),
          ema: { decay: 0.8 },
          ...(phase === 'head' ? { isTrainable: ({ depth }) => depth > 0 } : {}),
        },
        { seed: 5 },
      ),
    batches: async function* (epoch, startStep) {
      for (let step = startStep; step < dots.stepsPerEpoch; step += 1) yield drawDots(epoch, step);
    },
    validate: async (weights) => {
      const accuracy = scripted?.next().value;
      return accuracy === undefined ? measure(weights) : { loss: 1, accuracy };
    },
    checkpoints,
    now: () => performance.now(),
    signal: new AbortController().signal,
    ...change,
  };
}

/** The step with another `run`, which is given the real one. */
export const replaceRun = (step: TrainStep, run: (real: TrainStep['run']) => TrainStep['run']): TrainStep => ({
  memory: step.memory,
  get stepCount() {
    return step.stepCount;
  },
  run: run((batch, settings) => step.run(batch, settings)),
  read: () => step.read(),
  view: () => step.view(),
  write: (state) => step.write(state),
  [Symbol.asyncDispose]: () => step[Symbol.asyncDispose](),
});

/** The network's arithmetic in plain numbers. */
function measure(weights: State): { loss: number; accuracy: number } {
  const { batch, classes, sizePx } = dots;
  const inputs = 3 * sizePx * sizePx;
  const { x, targets } = drawDots('validation');
  const tensor = (name: string): Float32Array => weights.get(`parameters/${name}`)?.data ?? new Float32Array();
  const apply = (name: string, rows: Float64Array, width: number): Float64Array => {
    const [weight, bias] = [tensor(`${name}.weight`), tensor(`${name}.bias`)];
    const out = bias.length;
    return Float64Array.from({ length: batch * out }, (_, at) => {
      const [n, o] = [Math.floor(at / out), at % out];
      let sum = bias[o] as number;
      for (let i = 0; i < width; i += 1) sum += (rows[n * width + i] as number) * (weight[o * width + i] as number);
      return sum;
    });
  };
  const logits = apply('head', apply('body', Float64Array.from(x), inputs).map(Math.tanh), 8);
  let [loss, right] = [0, 0];
  for (let n = 0; n < batch; n += 1) {
    const row = [...logits.subarray(n * classes, (n + 1) * classes)];
    const truth = targets.subarray(n * classes, (n + 1) * classes).indexOf(1);
    loss += Math.log(row.reduce((sum, value) => sum + Math.exp(value), 0)) - (row[truth] as number);
    right += row.indexOf(Math.max(...row)) === truth ? 1 : 0;
  }
  return { loss: loss / batch, accuracy: right / batch };
}
