/** @file The pictures most alike to one, by the cosine of their places in the space in which labeling works. */
import type { LabelSpace } from './label-space.ts';

export interface Alike {
  row: number;
  /** Cosine, -1 to 1. */
  similarity: number;
}

/** The nearest first, without the row itself and those that are hidden. */
export function findAlike(
  { rows, dimensions }: Pick<LabelSpace, 'rows' | 'dimensions'>,
  { row, count, isHidden = () => false }: { row: number; count: number; isHidden?: (row: number) => boolean },
): Alike[] {
  const found: Alike[] = [];
  const own = rows.subarray(row * dimensions, (row + 1) * dimensions);
  const ownLength = lengthOf(own);
  for (let other = 0; other < rows.length / dimensions; other += 1) {
    if (other === row || isHidden(other)) continue;
    const similarity = cosine(own, ownLength, rows.subarray(other * dimensions, (other + 1) * dimensions));
    if (found.length === count && similarity <= (found.at(-1) as Alike).similarity) continue;
    const place = found.findIndex((one) => one.similarity < similarity);
    found.splice(place < 0 ? found.length : place, 0, { row: other, similarity });
    if (found.length > count) found.pop();
  }
  return found;
}

function cosine(a: Float32Array, lengthOfA: number, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] as number) * (b[i] as number);
  const lengths = lengthOfA * lengthOf(b);
  return lengths === 0 ? 0 : Math.max(-1, Math.min(1, sum / lengths));
}

function lengthOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}
