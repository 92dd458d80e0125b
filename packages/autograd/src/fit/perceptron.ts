/** @file A network of one hidden layer (multilayer perceptron) on features, trained by the same train step as every network. */
import { availableParallelism } from 'node:os';
import { ops } from '../graph/ops.ts';
import { plainLowering } from '../lowering/lowering.ts';
import { initializers } from '../nn/initializers.ts';
import { dropout, linear } from '../nn/layers.ts';
import { buildNetwork, type Network, trainingMode } from '../nn/network.ts';
import { adamw } from '../optimize/adamw.ts';
import { createRandom } from '../random.ts';
import type { State } from '../step/state.ts';
import { openTrainStep } from '../step/train-step.ts';

export interface PerceptronRows {
  /** [N, D] row-major, standardized. Never copied. */
  readonly features: Float32Array;
  readonly dimensions: number;
  /** [N] */
  readonly classIndices: Int32Array;
  readonly classCount: number;
  /** [N] factors of the loss, of any positive sum; default all equal. */
  readonly sampleWeights?: Float32Array;
}

export interface PerceptronOptions {
  /** Width of the hidden layer. */
  readonly hidden: number;
  /** Share of hidden values left out by chance in every step. */
  readonly dropout: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  /** Rows of a step, at most N; default 128. */
  readonly batch?: number;
  readonly seed: number;
  /** Default one per processor. */
  readonly threads?: number;
}

/** `weights` [out, in], `bias` [out] */
export interface DenseLayer {
  readonly weights: Float32Array;
  readonly bias: Float32Array;
}

export interface Perceptron {
  readonly hidden: DenseLayer;
  readonly output: DenseLayer;
}

export interface PerceptronTraining extends AsyncDisposable {
  /** Every row once, but for those that fill no batch, in an order of its own. Gives the mean loss: NaN where training has broken. */
  runEpoch(): Promise<number>;
  read(): Promise<Perceptron>;
}

/** Equal rows, options and seed give equal weights. Throws RangeError where the arrays do not fit. */
export async function openPerceptronTraining(
  rows: PerceptronRows,
  options: PerceptronOptions,
): Promise<PerceptronTraining> {
  const { features, dimensions, classIndices, classCount } = rows;
  const rowCount = classIndices.length;
  if (rowCount === 0 || features.length !== rowCount * dimensions)
    throw new RangeError(`${features.length} features do not fill ${rowCount} rows of ${dimensions}`);
  const { seed, learningRate, weightDecay, threads = availableParallelism() } = options;
  const batch = Math.min(options.batch ?? 128, rowCount);
  const network = buildPerceptron({ batch, dimensions, classCount }, options);
  const step = await openTrainStep(
    { network, optimizer: adamw(), weightDecay },
    { seed, threads, lowering: plainLowering },
  );
  const maker = createBatchMaker(rows, batch);
  let epoch = 0;
  return {
    async runEpoch() {
      const order = shuffle(rowCount, createRandom('epoch', seed, epoch));
      const steps = Math.floor(rowCount / batch);
      let loss = 0;
      for (let n = 0; n < steps; n++) {
        const maskSeed = seed * 2 ** 20 + epoch * steps + n;
        const made = maker(order.subarray(n * batch, (n + 1) * batch));
        loss += (await step.run(made, { learningRate, maskSeed })).loss / steps;
      }
      epoch++;
      return loss;
    },
    async read() {
      const state = await step.view();
      return { hidden: layerOf(state, 'hidden'), output: layerOf(state, 'output') };
    },
    [Symbol.asyncDispose]: () => step[Symbol.asyncDispose](),
  };
}

function buildPerceptron(
  { batch, dimensions, classCount }: { batch: number; dimensions: number; classCount: number },
  { hidden, dropout: rate }: PerceptronOptions,
): Network {
  return buildNetwork([batch, dimensions], trainingMode, (scope, x) => {
    const first = linear(scope.at('hidden'), x, { out: hidden, initializer: initializers.xavierUniform });
    const kept = dropout(scope, ops.relu(first), { rate });
    const output = scope.at('output').atDepth(1);
    return {
      features: kept,
      logits: linear(output, kept, { out: classCount, initializer: initializers.xavierUniform }),
    };
  });
}

/** A row's weight scales its target, and so its loss: -Σ_k w t_k log p_k. */
function createBatchMaker(
  { features, dimensions, classIndices, classCount, sampleWeights }: PerceptronRows,
  batch: number,
) {
  const sum = sampleWeights?.reduce((total, weight) => total + weight, 0) ?? classIndices.length;
  const weightOf = (row: number): number => ((sampleWeights?.[row] ?? 1) * classIndices.length) / sum;
  const x = new Float32Array(batch * dimensions);
  const targets = new Float32Array(batch * classCount);
  return (positions: Int32Array) => {
    targets.fill(0);
    for (const [n, row] of positions.entries()) {
      x.set(features.subarray(row * dimensions, (row + 1) * dimensions), n * dimensions);
      targets[n * classCount + (classIndices[row] as number)] = weightOf(row);
    }
    return { x, targets };
  };
}

/** 0 to `count` - 1 in random order (Fisher and Yates). */
function shuffle(count: number, random: () => number): Int32Array {
  const order = Int32Array.from(Array(count).keys());
  for (let n = count - 1; n > 0; n--) {
    const other = Math.floor(random() * (n + 1));
    const kept = order[n] as number;
    order[n] = order[other] as number;
    order[other] = kept;
  }
  return order;
}

function layerOf(state: State, name: string): DenseLayer {
  const copy = (kind: string): Float32Array =>
    (state.get(`parameters/${name}.${kind}`)?.data ?? new Float32Array()).slice();
  return { weights: copy('weight'), bias: copy('bias') };
}
