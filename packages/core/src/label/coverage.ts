/** @file How alike pictures are to a fixed random sample of all, as one table: what choosing the next picture asks again and again. */
import { createRandom } from '@tintype/autograd/random';
import type { LabelSpace } from './label-space.ts';
import { openMultiplier } from './multiply.ts';

export interface Coverage {
  /** [R] rows that stand for all pictures. */
  references: Int32Array;
  /** [C] rows that can be chosen: all of them up to a limit, beyond it an equally likely sample. */
  candidates: Int32Array;
  /** [C, R] likeness of a candidate to a reference, 0 to 1 (Gaussian kernel). */
  likeness: Float32Array;
}

export interface CoverageOptions {
  seed: number;
  /** Default 1000. */
  mostReferences?: number;
  /** Default 20,000: with 1,000 references, 80 MB. */
  mostCandidates?: number;
  threads?: number;
}

/** Of the median distance. Chosen on portraits, scenes and recyclables with seeds that no figure reports. */
const bandwidthShare = 0.3;
const blockRows = 2048;

export async function buildCoverage(
  { rows, dimensions }: Pick<LabelSpace, 'rows' | 'dimensions'>,
  { seed, mostReferences = 1000, mostCandidates = 20_000, threads = 1 }: CoverageOptions,
): Promise<Coverage> {
  const count = rows.length / dimensions;
  const references = sampleRows(count, Math.min(count, mostReferences), `references ${seed}`);
  const candidates = sampleRows(count, Math.min(count, mostCandidates), `candidates ${seed}`);
  const bank = gather(rows, references, dimensions);
  const bankLengths = squaredLengths(bank, dimensions);
  const width = references.length;
  const likeness = new Float32Array(candidates.length * width);
  await using products = await openMultiplier({ turn: 'B', threads });
  for (let start = 0; start < candidates.length; start += blockRows) {
    const block = gather(rows, candidates.subarray(start, start + blockRows), dimensions);
    const lengths = squaredLengths(block, dimensions);
    const dots = await products.multiply({ data: block, columns: dimensions }, { data: bank, columns: dimensions });
    lengths.forEach((length, c) => {
      for (let r = 0, from = c * width, to = (start + c) * width; r < width; r += 1, from += 1, to += 1)
        likeness[to] = Math.max(0, length + (bankLengths[r] as number) - 2 * (dots[from] as number));
    });
  }
  const middle = median(likeness);
  const factor = middle > 0 ? -1 / (2 * bandwidthShare ** 2 * middle) : 0;
  for (let at = 0; at < likeness.length; at += 1) likeness[at] = Math.exp(factor * (likeness[at] as number));
  return { references, candidates, likeness };
}

/** Different rows in rising order, every choice equally likely. */
function sampleRows(count: number, taken: number, word: string): Int32Array {
  const all = Int32Array.from({ length: count }, (_, n) => n);
  if (taken === count) return all;
  const random = createRandom('coverage', word);
  for (let n = 0; n < taken; n += 1) {
    const other = n + Math.floor(random() * (count - n));
    [all[n], all[other]] = [all[other] as number, all[n] as number];
  }
  return all.slice(0, taken).sort();
}

function gather(rows: Float32Array, chosen: Int32Array, dimensions: number): Float32Array {
  const result = new Float32Array(chosen.length * dimensions);
  chosen.forEach((row, n) => result.set(rows.subarray(row * dimensions, (row + 1) * dimensions), n * dimensions));
  return result;
}

function squaredLengths(rows: Float32Array, dimensions: number): Float64Array {
  const result = new Float64Array(rows.length / dimensions);
  for (let at = 0; at < rows.length; at += 1) {
    const n = Math.floor(at / dimensions);
    result[n] = (result[n] as number) + (rows[at] as number) ** 2;
  }
  return result;
}

/** Of at most 100,000 values, evenly taken. */
function median(values: Float32Array): number {
  const step = Math.max(1, Math.floor(values.length / 100_000));
  const taken = Float32Array.from(
    { length: Math.ceil(values.length / step) },
    (_, n) => values[n * step] as number,
  ).sort();
  return taken[taken.length >> 1] ?? 0;
}
