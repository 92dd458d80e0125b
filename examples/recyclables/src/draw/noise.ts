/** @file Fractal value noise from one table that tiles. */
import { createRandom } from '../random.ts';

const size = 256;
const cells = 16;
const table = buildTable();

/** From 0 to 1, smooth over about one unit; repeats every 16 units. Detail goes down to 1/16 unit. */
export function fractalNoise(x: number, y: number): number {
  const sx = x * (size / cells);
  const sy = y * (size / cells);
  const fx = Math.floor(sx);
  const fy = Math.floor(sy);
  const tx = sx - fx;
  const ty = sy - fy;
  const x0 = fx & (size - 1);
  const x1 = (fx + 1) & (size - 1);
  const y0 = (fy & (size - 1)) * size;
  const y1 = ((fy + 1) & (size - 1)) * size;
  const top = table[y0 + x0]! * (1 - tx) + table[y0 + x1]! * tx;
  const bottom = table[y1 + x0]! * (1 - tx) + table[y1 + x1]! * tx;
  return top * (1 - ty) + bottom * ty;
}

/** One grain per 1/16 unit, from 0 to 1, not smoothed. */
export function grain(x: number, y: number): number {
  let h = Math.imul(Math.floor(x * 16) | 0, 0x27d4eb2d) ^ Math.imul(Math.floor(y * 16) | 0, 0x165667b1);
  h = Math.imul(h ^ (h >>> 15), 0x85ebca6b);
  return ((h ^ (h >>> 13)) >>> 0) / 4294967296;
}

function buildTable(): Float32Array {
  const values = new Float32Array(size * size);
  const random = createRandom(1, 'noise');
  for (let period = cells, weight = 0.5; period <= size; period *= 2, weight *= 0.55) {
    const lattice = Float32Array.from({ length: period * period }, () => random.unit() - 0.5);
    for (let y = 0; y < size; y++) {
      for (let x = 0; x < size; x++) {
        values[y * size + x]! += weight * latticeNoise(lattice, period, (x * period) / size, (y * period) / size);
      }
    }
  }
  for (let i = 0; i < values.length; i++) values[i] = Math.min(1, Math.max(0, 0.5 + values[i]! * 1.3));
  return values;
}

function latticeNoise(lattice: Float32Array, period: number, x: number, y: number): number {
  const [x0, y0] = [Math.floor(x), Math.floor(y)];
  const ease = (t: number): number => t * t * (3 - 2 * t);
  const [tx, ty] = [ease(x - x0), ease(y - y0)];
  const at = (i: number, j: number): number => lattice[(j % period) * period + (i % period)]!;
  const top = at(x0, y0) * (1 - tx) + at(x0 + 1, y0) * tx;
  const bottom = at(x0, y0 + 1) * (1 - tx) + at(x0 + 1, y0 + 1) * tx;
  return top * (1 - ty) + bottom * ty;
}
