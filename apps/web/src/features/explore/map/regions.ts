/** @file The map in words: regions of points that lie together, with what most of each is. Pure; the same points give the same regions. */
import { type MapDoubt, mapDoubts } from '@tintype/contracts/explore';
import type { Points } from './points.ts';

export interface Region {
  /** From 1, the largest first. */
  number: number;
  points: number[];
  /** The class that most of them have; null where most have no label. */
  className: string | null;
  /** Of the points, 0 to 1. */
  share: number;
  /** Points whose label is probably wrong. */
  wrong: number;
}

const iterations = 12;
const wrongPosition = mapDoubts.indexOf('wrong' satisfies MapDoubt);

/** 6 to 24 of them. */
export function findRegions(points: Points): Region[] {
  if (points.count === 0) return [];
  const count = Math.min(points.count, Math.max(6, Math.min(24, Math.round(Math.sqrt(points.count / 12)))));
  const regionOf = groupByMeans(points, count);
  const members = Array.from({ length: count }, (): number[] => []);
  regionOf.forEach((region, n) => members[region]?.push(n));
  return members
    .filter((own) => own.length > 0)
    .toSorted((a, b) => b.length - a.length || (a[0] as number) - (b[0] as number))
    .map((own, position) => ({ number: position + 1, points: own, ...describe(points, own) }));
}

function describe({ classIndices, classes, doubts }: Points, own: readonly number[]) {
  const counts = new Map<number, number>();
  for (const n of own) counts.set(classIndices[n] as number, (counts.get(classIndices[n] as number) ?? 0) + 1);
  const [most = -1, pictures = 0] = [...counts].toSorted(([a, m], [b, n]) => n - m || a - b)[0] ?? [];
  return {
    className: classes[most] ?? null,
    share: pictures / own.length,
    wrong: own.filter((n) => doubts[n] === wrongPosition).length,
  };
}

/** Lloyd's iterations from points as far from each other as can be. */
function groupByMeans({ x, y, count: total }: Points, count: number): Uint16Array {
  const regionOf = new Uint16Array(total);
  const distances = new Float64Array(total).fill(Number.POSITIVE_INFINITY);
  const [mx, my] = [new Float64Array(count), new Float64Array(count)];
  let next = 0;
  for (let region = 0; region < count; region += 1) {
    mx[region] = x[next] as number;
    my[region] = y[next] as number;
    let farthest = -1;
    for (let n = 0; n < total; n += 1) {
      const distance =
        ((x[n] as number) - (mx[region] as number)) ** 2 + ((y[n] as number) - (my[region] as number)) ** 2;
      distances[n] = Math.min(distances[n] as number, distance);
      if ((distances[n] as number) > farthest) [farthest, next] = [distances[n] as number, n];
    }
  }
  for (let pass = 0; pass < iterations; pass += 1) {
    assign({ x, y, count: total }, { mx, my, regionOf });
    moveMeans({ x, y, count: total }, { mx, my, regionOf });
  }
  return regionOf;
}

interface Means {
  mx: Float64Array;
  my: Float64Array;
  regionOf: Uint16Array;
}

function assign({ x, y, count }: Pick<Points, 'x' | 'y' | 'count'>, { mx, my, regionOf }: Means): void {
  for (let n = 0; n < count; n += 1) {
    let [best, least] = [0, Number.POSITIVE_INFINITY];
    for (let region = 0; region < mx.length; region += 1) {
      const distance =
        ((x[n] as number) - (mx[region] as number)) ** 2 + ((y[n] as number) - (my[region] as number)) ** 2;
      if (distance < least) [best, least] = [region, distance];
    }
    regionOf[n] = best;
  }
}

function moveMeans({ x, y, count }: Pick<Points, 'x' | 'y' | 'count'>, { mx, my, regionOf }: Means): void {
  const [sx, sy, sizes] = [new Float64Array(mx.length), new Float64Array(mx.length), new Float64Array(mx.length)];
  for (let n = 0; n < count; n += 1) {
    const region = regionOf[n] as number;
    sx[region] = (sx[region] as number) + (x[n] as number);
    sy[region] = (sy[region] as number) + (y[n] as number);
    sizes[region] = (sizes[region] as number) + 1;
  }
  for (let region = 0; region < mx.length; region += 1) {
    const size = sizes[region] as number;
    if (size === 0) continue;
    mx[region] = (sx[region] as number) / size;
    my[region] = (sy[region] as number) / size;
  }
}
