/** @file Linear classifiers (logistic regression, linear SVM): loss and gradient are one ONNX graph, made by reverse mode, minimized by L-BFGS. */
import { availableParallelism } from 'node:os';
import { emitOnnx } from '../graph/emit.ts';
import { computeGradients } from '../graph/gradient.ts';
import { softmaxCrossEntropy, squaredHinge } from '../graph/losses.ts';
import { ops } from '../graph/ops.ts';
import { input, scalar, type Value } from '../graph/value.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { type Evaluation, type Minimum, minimizeLbfgs } from '../optimize/lbfgs.ts';
import { norm } from '../optimize/vector.ts';
import { floatsOf, openSession } from '../runtime/session.ts';

/** Both convex and smooth. [N, K] logits and one-hot targets -> [N]. */
const losses = {
  /** Multinomial logistic regression. */
  crossEntropy: softmaxCrossEntropy,
  /** Linear support vector machine, one class against the rest, as liblinear's default (Fan et al. 2008). */
  squaredHinge,
} satisfies Record<string, (logits: Value, targets: Value) => Value>;

export interface LinearRows {
  readonly loss: keyof typeof losses;
  /** [N, D] row-major. Standardize it: the penalty and the speed of convergence depend on its scale. Never copied. */
  readonly features: Float32Array;
  /** [N], each below `classCount`. */
  readonly classIndices: Int32Array;
  readonly classCount: number;
  /** [N], of any positive sum; default all equal. */
  readonly sampleWeights?: Float32Array;
  /** Threads inside an operator; default one per processor. */
  readonly threads?: number;
}

export interface LinearFitOptions {
  /** What is minimized is the weighted mean loss + l2/2 |W|^2; the bias goes free. */
  readonly l2: number;
  /** Start from these instead of zeros. */
  readonly initial?: { readonly weights: Float32Array; readonly bias: Float32Array };
  /** Default 500. */
  readonly maxIterations?: number;
  /** |gradient| at the end, as a share of that at W = 0; default 1e-5. */
  readonly gradientTolerance?: number;
  /** Three iterations in a row that lower the loss by less than this share of it end the fit; default 1e-6. */
  readonly lossTolerance?: number;
  readonly signal?: AbortSignal;
}

export interface LinearClassifier {
  /** [K, D] */
  readonly weights: Float32Array;
  /** [K] */
  readonly bias: Float32Array;
  readonly loss: number;
  readonly iterations: number;
  readonly evaluations: number;
  readonly converged: boolean;
  readonly reason: Minimum['reason'];
}

/** Rows ready to be fitted, with one session for any number of fits. */
export interface LinearObjective extends AsyncDisposable {
  fit(options: LinearFitOptions): Promise<LinearClassifier>;
}

export async function fitLinearClassifier(options: LinearRows & LinearFitOptions): Promise<LinearClassifier> {
  await using objective = await openLinearObjective(options);
  return await objective.fit(options);
}

/** Throws RangeError where the arrays do not fit each other. */
export async function openLinearObjective(rows: LinearRows): Promise<LinearObjective> {
  const { features, classIndices, classCount, threads = availableParallelism() } = rows;
  const rowCount = classIndices.length;
  const dimensions = features.length / rowCount;
  const sampleWeights = normalizeWeights(rows);
  assertRows(rows, dimensions);

  const session = await openSession(renderOnnx(buildObjective(rows.loss, [rowCount, dimensions, classCount])), {
    threads,
  });
  const feeds = {
    features: { type: 'float32', dims: [rowCount, dimensions], data: features },
    classIndices: { type: 'int64', dims: [rowCount], data: BigInt64Array.from(classIndices, BigInt) },
    sampleWeights: { type: 'float32', dims: [rowCount], data: sampleWeights },
  } as const;
  const weightCount = classCount * dimensions;
  const parameters = new Float32Array(weightCount + classCount);
  const gradient = new Float32Array(parameters.length);

  async function evaluate(x: ArrayLike<number>, l2: number): Promise<Evaluation> {
    parameters.set(x);
    const outputs = await session.run({
      ...feeds,
      weights: { type: 'float32', dims: [classCount, dimensions], data: parameters.subarray(0, weightCount) },
      bias: { type: 'float32', dims: [classCount], data: parameters.subarray(weightCount) },
      l2: { type: 'float32', dims: [], data: Float32Array.of(l2) },
    });
    gradient.set(floatsOf(outputs, 'weightsGradient'), 0);
    gradient.set(floatsOf(outputs, 'biasGradient'), weightCount);
    return { loss: floatsOf(outputs, 'loss')[0] as number, gradient };
  }

  /** At W = 0 the gradient is the same for every l2: the yardstick of all fits, warm starts included. */
  let gradientScale: number | undefined;
  return {
    async fit({ l2, initial, maxIterations = 500, gradientTolerance = 1e-5, lossTolerance = 1e-6, signal }) {
      const start = new Float32Array(parameters.length);
      gradientScale ??= norm((await evaluate(start, 0)).gradient);
      if (initial) {
        start.set(initial.weights, 0);
        start.set(initial.bias, weightCount);
      }
      const { x, ...minimum } = await minimizeLbfgs((at) => evaluate(at, l2), start, {
        maxIterations,
        gradientTolerance,
        lossTolerance,
        gradientScale,
        ...(signal && { signal }),
      });
      const fitted = Float32Array.from(x);
      return { weights: fitted.slice(0, weightCount), bias: fitted.slice(weightCount), ...minimum };
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

function buildObjective(name: LinearRows['loss'], [rowCount, dimensions, classCount]: [number, number, number]) {
  const features = input('features', [rowCount, dimensions]);
  const classIndices = input('classIndices', [rowCount], 'int64');
  const sampleWeights = input('sampleWeights', [rowCount]);
  const weights = input('weights', [classCount, dimensions]);
  const bias = input('bias', [classCount]);
  const l2 = input('l2', []);

  const logits = ops.add(ops.matmul(features, weights, { transposeB: true }), bias);
  const perRow = losses[name](logits, ops.oneHot(classIndices, classCount));
  const penalty = ops.mul(ops.mul(l2, scalar(0.5)), ops.reduceSum(ops.mul(weights, weights)));
  const loss = ops.add(ops.reduceSum(ops.mul(perRow, sampleWeights)), penalty);
  const [weightsGradient, biasGradient] = computeGradients(loss, [weights, bias]);
  if (!weightsGradient || !biasGradient) throw new Error('a gradient is missing');
  return emitOnnx({ loss, weightsGradient, biasGradient }, { name: `linear-${name}` });
}

/** So that they sum to 1, which makes the weighted sum a mean. */
function normalizeWeights({ sampleWeights, classIndices: { length } }: LinearRows): Float32Array {
  if (!sampleWeights) return new Float32Array(length).fill(1 / length);
  const sum = sampleWeights.reduce((total, weight) => total + weight, 0);
  if (!(sum > 0) || sampleWeights.length !== length)
    throw new RangeError(`${length} sample weights of a positive sum are needed`);
  return sampleWeights.map((weight) => weight / sum);
}

function assertRows({ features, classIndices, classCount }: LinearRows, dimensions: number): void {
  if (!Number.isInteger(dimensions) || dimensions === 0) {
    throw new RangeError(`${features.length} features do not fill ${classIndices.length} rows`);
  }
  const wrong = classIndices.find((index) => index < 0 || index >= classCount);
  if (wrong !== undefined) throw new RangeError(`class index ${wrong} is not below ${classCount}`);
}
