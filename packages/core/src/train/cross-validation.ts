/** @file Choosing a hyperparameter by grouped, stratified cross-validation on the training split alone. */
import { groupedFolds } from '../catalog/split.ts';
import { selectRows, type TrainingSet } from './training-set.ts';

export interface Fold {
  number: number;
  fit: TrainingSet;
  held: TrainingSet;
}

export interface FoldOptions {
  seed: number;
  /** Default 3; fewer where there are fewer groups. */
  folds?: number;
  /** Rows that take part at most; default 12,000. More would change the choice little and cost much. */
  mostRows?: number;
}

/** One fold at a time, so that memory holds one copy of the rows. None where there are not two groups. */
export function* iterateFolds(whole: TrainingSet, options: FoldOptions): Generator<Fold> {
  const set = takePart(whole, options);
  for (const { number, fit, held } of iteratePositions(set, options))
    yield { number, fit: selectRows(set, fit), held: selectRows(set, held) };
}

/** The same folds as positions, for what works on the rows in place. */
export function* iteratePositions(
  set: TrainingSet,
  options: FoldOptions,
): Generator<{ number: number; fit: number[]; held: number[] }> {
  const { seed } = options;
  const folds = Math.min(options.folds ?? 3, new Set(set.groups).size);
  if (folds < 2) return;
  const foldOf = groupedFolds(describeRows(set), { folds, seed });
  for (let number = 0; number < folds; number += 1) {
    const held = positionsWhere(foldOf, (fold) => fold === number);
    const fit = positionsWhere(foldOf, (fold) => fold !== number);
    if (held.length > 0 && fit.length > 0) yield { number, fit, held };
  }
}

/** A grouped, stratified share of the rows where there are too many. */
export function takePart(set: TrainingSet, { seed, mostRows = 12_000 }: FoldOptions): TrainingSet {
  const parts = Math.ceil(set.truth.length / mostRows);
  if (parts <= 1) return set;
  const partOf = groupedFolds(describeRows(set), { folds: parts, seed });
  return selectRows(
    set,
    positionsWhere(partOf, (part) => part === 0),
  );
}

const describeRows = ({ truth, groups }: TrainingSet) =>
  groups.map((group, n) => ({ sampleId: String(n), className: String(truth[n]), group }));

function positionsWhere(values: Uint32Array, claim: (value: number) => boolean): number[] {
  const positions: number[] = [];
  values.forEach((value, n) => {
    if (claim(value)) positions.push(n);
  });
  return positions;
}

/** Mean of each candidate's scores over the folds, weighed by their rows; undefined where a fold did not reach it. */
export function averageScores(
  folds: readonly { rows: number; scores: readonly (number | undefined)[] }[],
  candidates: number,
): (number | undefined)[] {
  const rows = folds.reduce((sum, fold) => sum + fold.rows, 0);
  return Array.from({ length: candidates }, (_, c) =>
    folds.reduce<number | undefined>((sum, fold) => {
      const score = fold.scores[c];
      return sum === undefined || score === undefined ? undefined : sum + (score * fold.rows) / rows;
    }, 0),
  );
}
