/** @file What the suggestion head says of every label by heads that were fitted without it: folds that keep near-duplicates together. */
import { groupedFolds } from '../catalog/split.ts';
import { fitSuggestionHead, type LabeledRows, suggest } from './suggestion-head.ts';

export interface CrossValidation extends LabeledRows {
  /** [L] name of each label's group; near-duplicates share one. */
  groups: readonly string[];
  seed: number;
  /** Default 10; fewer where there are fewer groups. */
  folds?: number;
}

/** [L, classCount] probabilities; rows of zeros where the other folds have fewer than two classes. */
export function crossValidate(set: CrossValidation): Float32Array {
  const { rows, dimensions, classCount, groups, seed } = set;
  const labeled = Array.from(set.labeled);
  const classIndices = Array.from(set.classIndices);
  const probabilities = new Float32Array(labeled.length * classCount);
  const folds = Math.min(set.folds ?? 10, new Set(groups).size);
  if (folds < 2) return probabilities;
  const entries = labeled.map((_, n) => ({
    sampleId: String(n),
    className: String(classIndices[n]),
    group: groups[n] as string,
  }));
  const foldOf = groupedFolds(entries, { folds, seed });
  for (let fold = 0; fold < folds; fold += 1) {
    const kept = labeled.flatMap((_, n) => (foldOf[n] === fold ? [] : [n]));
    const head = fitSuggestionHead({
      rows,
      dimensions,
      classCount,
      labeled: kept.map((n) => labeled[n] as number),
      classIndices: kept.map((n) => classIndices[n] as number),
    });
    if (!head) continue;
    const held = labeled.flatMap((_, n) => (foldOf[n] === fold ? [n] : []));
    const found = suggest(
      head,
      rows,
      held.map((n) => labeled[n] as number),
    );
    held.forEach((n, at) => probabilities.set(found.subarray(at * classCount, (at + 1) * classCount), n * classCount));
  }
  return probabilities;
}
