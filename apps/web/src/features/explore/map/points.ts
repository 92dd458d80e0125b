/** @file The points of a map in columns, as they are drawn, pointed at and counted. Pure. */
import type { MapView } from '@tintype/contracts/explore';

export interface Points {
  count: number;
  sampleIds: readonly string[];
  /** -1 to 1, y upwards. */
  x: Float32Array;
  y: Float32Array;
  /** Position in `classes`; -1: unlabeled. */
  classIndices: Int16Array;
  classes: readonly string[];
  /** Position in `splits`; -1: none. */
  splits: Int8Array;
  /** Position in `mapDoubts`. */
  doubts: Uint8Array;
}

export function toPoints({ classes, blocks }: MapView): Points {
  const column = (pick: (block: MapView['blocks'][number]) => readonly number[]): number[] => blocks.flatMap(pick);
  const sampleIds = blocks.flatMap((block) => block.sampleIds);
  return {
    count: sampleIds.length,
    sampleIds,
    x: Float32Array.from(column((block) => block.x)),
    y: Float32Array.from(column((block) => block.y)),
    classIndices: Int16Array.from(column((block) => block.classIndices)),
    classes,
    splits: Int8Array.from(column((block) => block.splits)),
    doubts: Uint8Array.from(column((block) => block.doubts)),
  };
}

export interface Place {
  x: number;
  y: number;
}

/** The nearest point that `isShown` within `reach`; undefined where there is none. */
export function findNearest(
  { x, y, count }: Pick<Points, 'x' | 'y' | 'count'>,
  place: Place,
  { reach, isShown }: { reach: number; isShown: (n: number) => boolean },
): number | undefined {
  let [best, least]: [number | undefined, number] = [undefined, reach * reach];
  for (let n = 0; n < count; n += 1) {
    const [dx, dy] = [(x[n] as number) - place.x, (y[n] as number) - place.y];
    const distance = dx * dx + dy * dy;
    if (distance <= least && isShown(n)) [best, least] = [n, distance];
  }
  return best;
}

export type Direction = 'left' | 'right' | 'up' | 'down';
const ahead: Record<Direction, readonly [number, number]> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, 1],
  down: [0, -1],
};

/** The next point in a direction: near, and more ahead than aside; the one itself where there is none. */
export function findNext(
  { x, y, count }: Pick<Points, 'x' | 'y' | 'count'>,
  from: number,
  { direction, isShown }: { direction: Direction; isShown: (n: number) => boolean },
): number {
  const [ax, ay] = ahead[direction];
  let [best, least] = [from, Number.POSITIVE_INFINITY];
  for (let n = 0; n < count; n += 1) {
    if (n === from || !isShown(n)) continue;
    const [dx, dy] = [(x[n] as number) - (x[from] as number), (y[n] as number) - (y[from] as number)];
    const along = dx * ax + dy * ay;
    const aside = Math.abs(dx * ay) + Math.abs(dy * ax);
    if (along <= 0 || aside > along) continue;
    const cost = along + 2 * aside;
    if (cost < least) [best, least] = [n, cost];
  }
  return best;
}

/** Whether each point lies inside the line drawn around (even-odd rule). */
export function selectInside(
  { x, y, count }: Pick<Points, 'x' | 'y' | 'count'>,
  line: readonly Place[],
  isShown: (n: number) => boolean,
): number[] {
  if (line.length < 3) return [];
  const [xs, ys] = [line.map((place) => place.x), line.map((place) => place.y)];
  const [left, right, low, high] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
  const inside: number[] = [];
  for (let n = 0; n < count; n += 1) {
    const [px, py] = [x[n] as number, y[n] as number];
    if (px < left || px > right || py < low || py > high || !isShown(n)) continue;
    if (isInside({ x: px, y: py }, line)) inside.push(n);
  }
  return inside;
}

function isInside({ x, y }: Place, line: readonly Place[]): boolean {
  let inside = false;
  for (let i = 0, j = line.length - 1; i < line.length; j = i, i += 1) {
    const [a, b] = [line[i] as Place, line[j] as Place];
    if (a.y > y !== b.y > y && x < ((b.x - a.x) * (y - a.y)) / (b.y - a.y) + a.x) inside = !inside;
  }
  return inside;
}
