/** @file How the measures of pictures are spread, and which pictures are beyond what one would call normal. */
import {
  type ExploredMeasure,
  type PixelMeasureName,
  pixelMeasureNames,
  type Spread,
  type Unusual,
} from '@tintype/contracts/explore';
import { type ExploredRow, toExplored } from './explored-rows.ts';
import { computeHistogram, computeSpread, spaceEdges } from './statistics.ts';

interface MeasureEntry {
  edges: readonly number[];
  /** Bounds that stand for something one sees, from looking at pictures on both sides of them; `from` is within. */
  unusual: readonly Pick<Unusual, 'name' | 'from' | 'to'>[];
}

const bins = 24;
const shownExamples = 12;

/** 50 is where the `blur` gate begins to call photographs blurred. */
export const measureTable: Record<PixelMeasureName, MeasureEntry> = {
  brightness: {
    edges: spaceEdges(0, 1, { bins }),
    unusual: [
      { name: 'dark', from: 0, to: 0.12 },
      { name: 'bright', from: 0.93, to: 1 },
    ],
  },
  contrast: { edges: spaceEdges(0, 0.5, { bins }), unusual: [{ name: 'flat', from: 0, to: 0.05 }] },
  sharpness: {
    edges: spaceEdges(1, 20_000, { bins, isLog: true }),
    unusual: [{ name: 'blurred', from: 0, to: 50 }],
  },
  saturation: { edges: spaceEdges(0, 1, { bins }), unusual: [] },
  colorfulness: { edges: spaceEdges(0, 120, { bins }), unusual: [{ name: 'gray', from: 0, to: 2 }] },
  entropy: { edges: spaceEdges(0, 8, { bins }), unusual: [] },
};

type MeasuredRow = ExploredRow & Required<Pick<ExploredRow, 'measures'>>;

const isMeasured = (row: ExploredRow): row is MeasuredRow => row.measures !== undefined;

/** None where nothing was measured. */
export function describeMeasures(rows: readonly ExploredRow[]): ExploredMeasure[] {
  const measured = rows.filter(isMeasured);
  if (measured.length === 0) return [];
  return pixelMeasureNames.map((measure) => {
    const values = measured.map((row) => row.measures[measure]);
    const { edges, unusual } = measureTable[measure];
    return {
      measure,
      histogram: computeHistogram(values, edges),
      spread: computeSpread(values),
      unusual: unusual.map((bound) => findUnusual(measured, { measure, ...bound })),
    };
  });
}

/** Spread of every measure over some rows. */
export function spreadMeasures(rows: readonly ExploredRow[]): Partial<Record<PixelMeasureName, Spread>> {
  const measured = rows.filter(isMeasured);
  if (measured.length === 0) return {};
  return Object.fromEntries(
    pixelMeasureNames.map((measure) => [measure, computeSpread(measured.map((row) => row.measures[measure]))]),
  );
}

function findUnusual(
  rows: readonly MeasuredRow[],
  { measure, ...bound }: Pick<Unusual, 'name' | 'from' | 'to'> & { measure: PixelMeasureName },
): Unusual {
  const { from, to } = bound;
  const beyond = rows.filter(({ measures }) => measures[measure] >= from && measures[measure] <= to);
  const isLow = from === 0;
  const sorted = beyond.toSorted((a, b) => (isLow ? 1 : -1) * (a.measures[measure] - b.measures[measure]));
  return { ...bound, pictures: beyond.length, examples: sorted.slice(0, shownExamples).map(toExplored) };
}
