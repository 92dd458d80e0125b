/** @file What points are colored by: class, split or doubt, each a list of kinds with a color and a shape. Pure. */
import { type MapDoubt, mapDoubts } from '@tintype/contracts/explore';
import { type Split, splits } from '@tintype/contracts/ids';
import { type Mark, markShapes } from '../../../components/class-marks.ts';
import type { Points } from './points.ts';

export const colorings = ['class', 'split', 'doubt'] as const;
export type Coloring = (typeof colorings)[number];

/** One entry of the legend. */
export interface Kind {
  name: string;
  /** Null for what is named in words, as pictures without a label. */
  className: string | null;
  mark: KindMark;
  count: number;
}

export interface KindMark {
  color: string;
  shape: Mark['shape'];
}

/** Kinds and, of every point, the position of its kind. */
export interface ColoredPoints {
  kinds: readonly Kind[];
  /** [count] */
  kindOf: Uint8Array;
}

const grey: KindMark = { color: '#8c8c8c', shape: 'circle' };
const splitMarks: Record<Split, KindMark> = {
  train: { color: '#56b4e9', shape: 'circle' },
  validation: { color: '#e69f00', shape: 'square' },
  test: { color: '#cc79a7', shape: 'triangle' },
};
const doubtKinds: Record<MapDoubt, { name: string; mark: KindMark }> = {
  agrees: { name: 'Label agrees', mark: { color: '#7d9fb8', shape: 'circle' } },
  unsure: { name: 'Another class is likelier', mark: { color: '#e69f00', shape: 'square' } },
  wrong: { name: 'Label is probably wrong', mark: { color: '#d55e00', shape: 'diamond' } },
  unlabeled: { name: 'No label', mark: grey },
};
/** Drawn in this order: what matters lies on top. */
const doubtOrder: readonly MapDoubt[] = ['unlabeled', 'agrees', 'unsure', 'wrong'];
/** A point's kind is a byte; more classes share the last one. */
const mostKinds = 200;

export function colorPoints(points: Points, coloring: Coloring, markOf: (className: string) => Mark): ColoredPoints {
  if (coloring === 'class') return byClass(points, markOf);
  if (coloring === 'split') {
    const kinds = [{ name: 'In no split', mark: grey }, ...splits.map((name) => ({ name, mark: splitMarks[name] }))];
    return count(
      kinds,
      Uint8Array.from(points.splits, (split) => split + 1),
    );
  }
  const kinds = doubtOrder.map((doubt) => doubtKinds[doubt]);
  const positions = mapDoubts.map((doubt) => doubtOrder.indexOf(doubt));
  return count(
    kinds,
    Uint8Array.from(points.doubts, (doubt) => positions[doubt] as number),
  );
}

function byClass(points: Points, markOf: (className: string) => Mark): ColoredPoints {
  const order = points.classes.map((name, index) => ({ name, index })).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const position = new Uint8Array(points.classes.length);
  order.forEach(({ index }, at) => {
    position[index] = Math.min(mostKinds, at + 1);
  });
  const kinds = [
    { name: 'No label', mark: grey },
    ...order.slice(0, mostKinds).map(({ name }) => ({ name, className: name, mark: markOf(name) })),
  ];
  return count(
    kinds,
    Uint8Array.from(points.classIndices, (index) => (index < 0 ? 0 : (position[index] as number))),
  );
}

function count(
  kinds: readonly { name: string; className?: string; mark: KindMark }[],
  kindOf: Uint8Array,
): ColoredPoints {
  const counts = new Uint32Array(kinds.length);
  for (const kind of kindOf) counts[kind] = (counts[kind] as number) + 1;
  return {
    kindOf,
    kinds: kinds.map(({ name, className = null, mark }, n) => ({ name, className, mark, count: counts[n] as number })),
  };
}

/** 0 to 1 each. */
export function parseColor(color: string): readonly [number, number, number] {
  const value = Number.parseInt(color.slice(1), 16);
  return [(value >> 16) / 255, ((value >> 8) & 255) / 255, (value & 255) / 255];
}

export const shapeNumber = (shape: Mark['shape']): number => markShapes.indexOf(shape);
