/** @file Rows of a Gaussian kernel matrix, computed in blocks by ONNX Runtime when they are asked for, kept as long as there is room. */
import { availableParallelism } from 'node:os';
import { floats, onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { floatsOf, openSession } from '../runtime/session.ts';

export interface KernelOptions {
  /** [N, D] row-major. Never copied. */
  readonly features: Float32Array;
  readonly dimensions: number;
  /** Rows are kept up to so many bytes, 2 blocks at least; default 1 GiB: all of them up to 16,384 rows. */
  readonly limitBytes?: number;
  /** Rows computed at once; default 256. Fewer would not pay for reading all features. */
  readonly blockRows?: number;
  /** Threads inside an operator; default one per processor. */
  readonly threads?: number;
}

/** K(a, b) = exp(-gamma |a - b|^2), so that K(a, a) = 1. */
export interface KernelRows extends AsyncDisposable {
  /** N */
  readonly count: number;
  /** The most rows that one `load` takes. */
  readonly blockRows: number;
  /** Whether there is room for some rows only. */
  readonly evicts: boolean;
  /** Forgets every row. To be called before the first `load`. */
  setGamma(gamma: number): void;
  isLoaded(row: number): boolean;
  /** [N], not to be changed, or undefined where the row is not loaded (any more). */
  find(row: number): Float32Array | undefined;
  /** Computes these rows; those asked for longest ago make room. */
  load(rows: readonly number[]): Promise<void>;
}

/** Throws RangeError where the features are not whole rows. */
export async function openKernelRows(options: KernelOptions): Promise<KernelRows> {
  const { features, dimensions, limitBytes = 2 ** 30, blockRows = 256, threads = availableParallelism() } = options;
  const count = features.length / dimensions;
  if (!Number.isInteger(count)) throw new RangeError(`rows of ${dimensions} were expected`);
  const mostRows = Math.max(2 * blockRows, Math.floor(limitBytes / (4 * count)));
  const evicts = mostRows < count;
  const squares = sumSquares(features, dimensions);
  const session = await openSession(renderOnnx(buildKernel(dimensions, count)), { threads });
  /** In the order of their last use, where any are ever dropped. */
  const known = new Map<number, Float32Array>();
  const spare: Float32Array[] = [];
  let gamma = Number.NaN;

  function find(row: number): Float32Array | undefined {
    const values = known.get(row);
    if (values && evicts) {
      known.delete(row);
      known.set(row, values);
    }
    return values;
  }

  function place(row: number, values: Float32Array): void {
    if (known.size === mostRows) {
      const [oldest, freed] = known.entries().next().value as [number, Float32Array];
      known.delete(oldest);
      spare.push(freed);
    }
    const kept = spare.pop() ?? new Float32Array(count);
    kept.set(values);
    known.set(row, kept);
  }

  return {
    count,
    blockRows,
    evicts,
    setGamma(next) {
      gamma = next;
      spare.push(...known.values());
      known.clear();
    },
    isLoaded: (row) => known.has(row),
    find,
    async load(rows) {
      const wanted = rows.filter((row) => !known.has(row)).slice(0, blockRows);
      const queries = new Float32Array(wanted.length * dimensions);
      wanted.forEach((row, n) =>
        queries.set(features.subarray(row * dimensions, (row + 1) * dimensions), n * dimensions),
      );
      const outputs = await session.run({
        queries: { type: 'float32', dims: [wanted.length, dimensions], data: queries },
        querySquares: {
          type: 'float32',
          dims: [wanted.length, 1],
          data: Float32Array.from(wanted, (n) => squares[n] as number),
        },
        features: { type: 'float32', dims: [count, dimensions], data: features },
        squares: { type: 'float32', dims: [count], data: squares },
        minusGamma: { type: 'float32', dims: [1], data: Float32Array.of(-gamma) },
      });
      const block = floatsOf(outputs, 'kernel');
      wanted.forEach((row, n) => place(row, block.subarray(n * count, (n + 1) * count)));
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

/** |a - b|^2 = |a|^2 + |b|^2 - 2 a·b, never below 0 whatever rounding says. */
function buildKernel(dimensions: number, count: number) {
  return onnxModel({
    name: 'gaussian-kernel',
    inputs: [
      onnxValue('queries', 'float32', ['M', dimensions]),
      onnxValue('querySquares', 'float32', ['M', 1]),
      onnxValue('features', 'float32', [count, dimensions]),
      onnxValue('squares', 'float32', [count]),
      onnxValue('minusGamma', 'float32', [1]),
    ],
    outputs: [onnxValue('kernel', 'float32', ['M', count])],
    initializers: [floats('zero', [1], [0])],
    nodes: [
      onnxNode('Gemm', ['queries', 'features', 'squares'], ['product'], { transB: 1, alpha: { float: -2 } }),
      onnxNode('Add', ['product', 'querySquares'], ['distance']),
      onnxNode('Max', ['distance', 'zero'], ['distanceSafe']),
      onnxNode('Mul', ['distanceSafe', 'minusGamma'], ['exponent']),
      onnxNode('Exp', ['exponent'], ['kernel']),
    ],
  });
}

/** [N] */
export function sumSquares(features: Float32Array, dimensions: number): Float32Array {
  const squares = new Float32Array(features.length / dimensions);
  for (let row = 0; row < squares.length; row++) {
    let sum = 0;
    for (let i = row * dimensions; i < (row + 1) * dimensions; i++) sum += (features[i] as number) ** 2;
    squares[row] = sum;
  }
  return squares;
}
