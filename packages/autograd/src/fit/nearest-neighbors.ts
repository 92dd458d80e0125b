/** @file Exact nearest neighbors by cosine similarity: blocks of queries times the whole bank, the top k kept, in one ONNX graph. */
import { availableParallelism } from 'node:os';
import { integers, onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { floatsOf, openSession } from '../runtime/session.ts';

export interface NearestOptions {
  /** [M, D] row-major, rows of any length. */
  readonly queries: Float32Array;
  /** [N, D] row-major, rows of any length. */
  readonly bank: Float32Array;
  readonly dimensions: number;
  /** At most N; a query that is in the bank finds itself first. */
  readonly k: number;
  /** Queries per block; default so many that a block's similarities take 64 MiB. */
  readonly blockRows?: number;
  /** Threads inside an operator; default one per processor. */
  readonly threads?: number;
  readonly signal?: AbortSignal;
}

export interface Nearest {
  /** Neighbors per query: `k`, or N where the bank has fewer. */
  readonly k: number;
  /** [M, k] rows of the bank, nearest first. */
  readonly indices: Int32Array;
  /** [M, k], from -1 to 1. */
  readonly similarity: Float32Array;
}

const blockBytes = 64 * 2 ** 20;

/** Throws RangeError where the arrays are not whole rows. A row of zeros is similar to nothing (0). */
export async function computeNearest(options: NearestOptions): Promise<Nearest> {
  const { queries, bank, dimensions, threads = availableParallelism(), signal } = options;
  const [queryCount, bankCount] = [queries.length / dimensions, bank.length / dimensions];
  if (!Number.isInteger(queryCount) || !Number.isInteger(bankCount))
    throw new RangeError(`rows of ${dimensions} were expected`);
  const k = Math.min(options.k, bankCount);
  const found: Nearest = { k, indices: new Int32Array(queryCount * k), similarity: new Float32Array(queryCount * k) };
  if (found.indices.length === 0) return found;

  const blockRows = options.blockRows ?? Math.max(1, Math.floor(blockBytes / (4 * bankCount)));
  const unitBank = normalizeRows(bank, dimensions);
  await using session = await openSession(renderOnnx(buildSearch(dimensions, bankCount, k)), { threads });
  for (let row = 0; row < queryCount; row += blockRows) {
    signal?.throwIfAborted();
    const block = normalizeRows(queries.subarray(row * dimensions, (row + blockRows) * dimensions), dimensions);
    const outputs = await session.run({
      queries: { type: 'float32', dims: [block.length / dimensions, dimensions], data: block },
      bank: { type: 'float32', dims: [bankCount, dimensions], data: unitBank },
    });
    if (outputs['indices']?.type !== 'int64') throw new Error('output "indices" is not int64');
    found.similarity.set(floatsOf(outputs, 'similarity'), row * k);
    found.indices.set(Int32Array.from(outputs['indices'].data, Number), row * k);
  }
  return found;
}

function buildSearch(dimensions: number, bankCount: number, k: number) {
  return onnxModel({
    name: 'nearest-neighbors',
    inputs: [onnxValue('queries', 'float32', ['M', dimensions]), onnxValue('bank', 'float32', [bankCount, dimensions])],
    outputs: [onnxValue('similarity', 'float32', ['M', k]), onnxValue('indices', 'int64', ['M', k])],
    initializers: [integers('k', [k])],
    nodes: [
      onnxNode('Gemm', ['queries', 'bank'], ['similarities'], { transB: 1 }),
      onnxNode('TopK', ['similarities', 'k'], ['similarity', 'indices'], { axis: 1 }),
    ],
  });
}

/** A copy whose rows have length 1; rows of zeros stay. */
export function normalizeRows(rows: Float32Array, dimensions: number): Float32Array {
  const unit = new Float32Array(rows.length);
  for (let start = 0; start < rows.length; start += dimensions) {
    let squared = 0;
    for (let i = start; i < start + dimensions; i++) squared += (rows[i] as number) ** 2;
    const scale = squared > 0 ? 1 / Math.sqrt(squared) : 0;
    for (let i = start; i < start + dimensions; i++) unit[i] = (rows[i] as number) * scale;
  }
  return unit;
}
