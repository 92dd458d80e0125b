/** @file Points of several lines as uPlot takes them: one list of places, and a value or a gap of every line at each. */

/** [x, y], by x. */
export type Point = readonly [number, number];

export interface AlignedPoints {
  xs: number[];
  /** One list a line, as long as `xs`. */
  ys: (number | null)[][];
}

export function alignPoints(lines: readonly (readonly Point[])[]): AlignedPoints {
  const xs = [...new Set(lines.flatMap((points) => points.map(([x]) => x)))].sort((a, b) => a - b);
  const ys = lines.map((points) => {
    const at = new Map(points);
    return xs.map((x) => at.get(x) ?? null);
  });
  return { xs, ys };
}

/** The value of a line at a place, or where it has none the last before it. */
export function valueAt(ys: readonly (number | null)[], index: number): number | null {
  for (let n = Math.min(index, ys.length - 1); n >= 0; n -= 1) {
    const value = ys[n];
    if (value !== null && value !== undefined) return value;
  }
  return null;
}

/** From 0 up, a little above the highest: for losses. */
export const fromZero = (_low: number, high: number): [number, number] => [0, high > 0 ? high * 1.05 : 1];

/** Shares from the multiple of 10 % below the lowest to 100 %. */
export const upToOne = (low: number, _high: number): [number, number] => [
  Math.max(0, Math.min(0.9, Math.floor(low * 10 - 0.1) / 10)),
  1,
];
