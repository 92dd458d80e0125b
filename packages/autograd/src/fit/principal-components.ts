/**
 * @file Principal components by subspace iteration from a seeded start (Halko, Martinsson, Tropp 2011): products in ONNX Runtime on one
 * thread, everything else in double precision, so that equal rows give equal components.
 */
import { onnxModel, onnxNode, onnxValue } from '../onnx/build-onnx.ts';
import { renderOnnx } from '../onnx/write-onnx.ts';
import { createNormal, createRandom } from '../random.ts';
import { floatsOf, openSession, type Session } from '../runtime/session.ts';

export interface ComponentsOptions {
  /** [N, D] row-major, at least one row. */
  readonly rows: Float32Array;
  readonly dimensions: number;
  /** At most; fewer where the rows vary in fewer directions, at least one. */
  readonly count: number;
}

export interface PrincipalComponents {
  /** [D] */
  readonly mean: Float32Array;
  /** [d, D] rows of length 1, the direction of the largest variance first, each with its largest entry positive. */
  readonly basis: Float32Array;
  readonly count: number;
}

/** Directions beyond those asked for: the last ones asked for are then as good as the first. */
const spare = 8;
const iterations = 3;
/** Rows that are projected at once. */
const blockRows = 4096;
/** Share of the largest variance below which a direction is rounding. */
const leastShare = 1e-9;

export async function computePrincipalComponents(options: ComponentsOptions): Promise<PrincipalComponents> {
  const { rows, dimensions } = options;
  const rowCount = rows.length / dimensions;
  if (!Number.isInteger(rowCount) || rowCount === 0) throw new RangeError(`rows of ${dimensions} were expected`);
  const mean = computeMean(rows, dimensions);
  const centered = center(rows, mean);
  const width = Math.min(options.count + spare, rowCount, dimensions);
  await using product = await openProduct('forward');
  await using transposed = await openProduct('transposed');

  const data = { data: centered, dims: [rowCount, dimensions] };
  let directions = startDirections(dimensions, width);
  for (let pass = 0; pass < iterations; pass += 1) {
    const scores = await multiply(product, data, { data: directions, dims: [dimensions, width] });
    const pulled = await multiply(transposed, data, { data: scores, dims: [rowCount, width] });
    directions = orthonormalize(pulled, dimensions, width);
  }
  const scores = await multiply(product, data, { data: directions, dims: [dimensions, width] });
  const { values, vectors } = eigen(gram(scores, rowCount, width), width);
  const largest = Math.max(values[0] ?? 0, 0);
  const real = values.filter((value) => value > leastShare * largest).length;
  const count = Math.max(1, Math.min(options.count, real));
  return { mean, basis: rotate(directions, vectors, { dimensions, width, count }), count };
}

/** (rows - mean) times the components: [N, d]. */
export async function projectRows(
  rows: Float32Array,
  { mean, basis, count }: PrincipalComponents,
): Promise<Float32Array> {
  const dimensions = mean.length;
  const rowCount = rows.length / dimensions;
  const projected = new Float32Array(rowCount * count);
  await using session = await openProduct('onto');
  const onto = { data: basis, dims: [count, dimensions] };
  for (let row = 0; row < rowCount; row += blockRows) {
    const block = center(rows.subarray(row * dimensions, (row + blockRows) * dimensions), mean);
    const data = { data: block, dims: [block.length / dimensions, dimensions] };
    projected.set(await multiply(session, data, onto), row * count);
  }
  return projected;
}

const center = (rows: Float32Array, mean: Float32Array): Float32Array =>
  rows.map((value, at) => value - (mean[at % mean.length] as number));

function computeMean(rows: Float32Array, dimensions: number): Float32Array {
  const sum = new Float64Array(dimensions);
  for (let at = 0, d = 0; at < rows.length; at += 1, d = d + 1 === dimensions ? 0 : d + 1)
    sum[d] = (sum[d] as number) + (rows[at] as number);
  return Float32Array.from(sum, (value) => (value * dimensions) / rows.length);
}

function startDirections(dimensions: number, width: number): Float32Array {
  const normal = createNormal(createRandom('principal components'));
  return orthonormalize(Float32Array.from({ length: dimensions * width }, normal), dimensions, width);
}

interface Matrix {
  data: Float32Array;
  dims: readonly number[];
}

const transpositions = { forward: {}, transposed: { transA: 1 }, onto: { transB: 1 } } as const;

function openProduct(way: keyof typeof transpositions): Promise<Session> {
  const model = onnxModel({
    name: 'product',
    inputs: [onnxValue('a', 'float32', ['A', 'B']), onnxValue('b', 'float32', ['C', 'D'])],
    outputs: [onnxValue('c', 'float32', ['E', 'F'])],
    initializers: [],
    nodes: [onnxNode('Gemm', ['a', 'b'], ['c'], transpositions[way])],
  });
  return openSession(renderOnnx(model), { threads: 1 });
}

async function multiply(session: Session, a: Matrix, b: Matrix): Promise<Float32Array> {
  const outputs = await session.run({ a: { type: 'float32', ...a }, b: { type: 'float32', ...b } });
  return floatsOf(outputs, 'c').slice();
}

/** Columns of [D, W] made orthogonal and of length 1, twice, since once is not enough (Giraud et al. 2005); null columns stay null. */
function orthonormalize(matrix: Float32Array, dimensions: number, width: number): Float32Array {
  const columns = Array.from({ length: width }, (_, w) =>
    Float64Array.from({ length: dimensions }, (__, d) => matrix[d * width + w] as number),
  );
  for (const [w, column] of columns.entries()) {
    const before = Math.sqrt(dot(column, column));
    for (let pass = 0; pass < 2; pass += 1)
      for (const other of columns.slice(0, w)) subtract(column, other, dot(column, other));
    const length = Math.sqrt(dot(column, column));
    const scale = length > 1e-7 * before && length > 0 ? 1 / length : 0;
    for (let d = 0; d < dimensions; d += 1) column[d] = (column[d] as number) * scale;
  }
  return Float32Array.from({ length: dimensions * width }, (_, at) => {
    const w = at % width;
    return (columns[w] as Float64Array)[(at - w) / width] as number;
  });
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function subtract(from: Float64Array, what: Float64Array, times: number): void {
  for (let i = 0; i < from.length; i += 1) from[i] = (from[i] as number) - times * (what[i] as number);
}

/** [W, W] of the columns of [N, W]. */
function gram(scores: Float32Array, rowCount: number, width: number): Float64Array {
  const sum = new Float64Array(width * width);
  for (let n = 0; n < rowCount; n += 1)
    for (let i = 0; i < width; i += 1) {
      const value = scores[n * width + i] as number;
      for (let j = 0; j < width; j += 1)
        sum[i * width + j] = (sum[i * width + j] as number) + value * (scores[n * width + j] as number);
    }
  return sum;
}

/** Eigenvalues, the largest first, and their vectors as columns, of a symmetric matrix by Jacobi's rotations. */
function eigen(matrix: Float64Array, size: number): { values: number[]; vectors: Float64Array } {
  const a = matrix.slice();
  const v = Float64Array.from({ length: size * size }, (_, at) => (at % (size + 1) === 0 ? 1 : 0));
  const get = (m: Float64Array, i: number, j: number): number => m[i * size + j] as number;
  const whole = a.reduce((sum, value) => sum + value * value, 0);
  for (let sweep = 0; sweep < 30; sweep += 1) {
    let off = 0;
    for (let i = 0; i < size; i += 1) for (let j = i + 1; j < size; j += 1) off += get(a, i, j) ** 2;
    if (off <= 1e-28 * whole) break;
    for (let p = 0; p < size; p += 1)
      for (let q = p + 1; q < size; q += 1) {
        const apq = get(a, p, q);
        if (apq === 0) continue;
        const theta = (get(a, q, q) - get(a, p, p)) / (2 * apq);
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
        const c = 1 / Math.sqrt(t * t + 1);
        rotateColumns(a, size, { p, q, c, s: t * c });
        rotateRows(a, size, { p, q, c, s: t * c });
        rotateColumns(v, size, { p, q, c, s: t * c });
      }
  }
  const order = Array.from({ length: size }, (_, i) => i).toSorted((i, j) => get(a, j, j) - get(a, i, i));
  return {
    values: order.map((i) => get(a, i, i)),
    vectors: Float64Array.from({ length: size * size }, (_, at) =>
      get(v, Math.floor(at / size), order[at % size] as number),
    ),
  };
}

interface Rotation {
  p: number;
  q: number;
  c: number;
  s: number;
}

function rotateColumns(m: Float64Array, size: number, { p, q, c, s }: Rotation): void {
  for (let k = 0; k < size; k += 1) {
    const [x, y] = [m[k * size + p] as number, m[k * size + q] as number];
    m[k * size + p] = c * x - s * y;
    m[k * size + q] = s * x + c * y;
  }
}

function rotateRows(m: Float64Array, size: number, { p, q, c, s }: Rotation): void {
  for (let k = 0; k < size; k += 1) {
    const [x, y] = [m[p * size + k] as number, m[q * size + k] as number];
    m[p * size + k] = c * x - s * y;
    m[q * size + k] = s * x + c * y;
  }
}

/** The first `count` eigenvectors in the space of the rows: [count, D]. */
function rotate(
  directions: Float32Array,
  vectors: Float64Array,
  { dimensions, width, count }: { dimensions: number; width: number; count: number },
): Float32Array {
  const basis = new Float32Array(count * dimensions);
  const direction = new Float64Array(dimensions);
  for (let k = 0; k < count; k += 1) {
    for (let d = 0; d < dimensions; d += 1) {
      let sum = 0;
      for (let w = 0; w < width; w += 1)
        sum += (directions[d * width + w] as number) * (vectors[w * width + k] as number);
      direction[d] = sum;
    }
    const largest = direction.reduce((most, value) => (Math.abs(value) > Math.abs(most) ? value : most), 0);
    basis.set(largest < 0 ? direction.map((value) => -value) : direction, k * dimensions);
  }
  return basis;
}
