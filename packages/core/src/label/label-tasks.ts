/** @file What a labeling child runs. Loaded by a task pool, never by a server: a fit keeps its process busy for a tenth of a second. */
import type { TaskFunctions } from '../ports/task-pool.ts';
import { buildGrids } from './build-grids.ts';
import { chooseNext } from './choose-next.ts';
import { clusterPictures } from './cluster-pictures.ts';
import { orderForControl } from './control-order.ts';
import { buildCoverage, type Coverage } from './coverage.ts';
import { crossValidate } from './cross-validate.ts';
import { findAlike } from './find-alike.ts';
import { findSuspects } from './find-suspects.ts';
import { forecastLabels } from './forecast-labels.ts';
import { buildLabelSpace, type LabelSpace } from './label-space.ts';
import type { Labels, LabelTasks, RowSuggestion } from './label-tasks.types.ts';
import { fitSuggestionHead, meanConfidence, suggest } from './suggestion-head.ts';

interface Desk {
  space: LabelSpace;
  coverage: Coverage;
  controlOrder: Int32Array;
  count: number;
  /** Of the labels asked about last. */
  last?: { labels: Labels; probabilities: Float32Array | undefined };
}

/** The one state of the process. */
const desks = new Map<string, Desk>();

export const tasks: TaskFunctions<LabelTasks> = {
  openDesk: async ({ key, rows, dimensions, names, seed }) => {
    const space = await buildLabelSpace({ rows, dimensions });
    const coverage = await buildCoverage(space, { seed });
    desks.set(key, { space, coverage, controlOrder: orderForControl(names, seed), count: names.length });
    return null;
  },
  closeDesk: async ({ key }) => {
    desks.delete(key);
    return null;
  },
  next: async ({ key, labels, seed, count }) => {
    const desk = findDesk(key);
    const probabilities = predict(desk, labels);
    const { isLabeled, hidden } = mark(desk, labels);
    const picks = chooseNext({
      coverage: desk.coverage,
      controlOrder: desk.controlOrder,
      isLabeled,
      isHidden: (row) => hidden.has(row),
      labelCounts: countLabels(labels),
      count,
      seed,
      ...(probabilities ? { probabilities } : {}),
    });
    return picks.map((pick) => ({ ...pick, suggestion: suggestFor(pick.row, probabilities, labels.classCount) }));
  },
  grids: async ({ key, labels, size, classIndex }) => {
    const desk = findDesk(key);
    const probabilities = predict(desk, labels);
    if (!probabilities) return [];
    const grids = buildGrids({ probabilities, classCount: labels.classCount, open: listOpen(desk, labels), size });
    return grids.filter((grid) => classIndex === undefined || grid.classIndex === classIndex);
  },
  clusters: async ({ key, labels, seed }) => {
    const desk = findDesk(key);
    const probabilities = predict(desk, labels);
    const { space } = desk;
    const { classCount } = labels;
    const open = listOpen(desk, labels);
    return clusterPictures({ space, open, seed, classCount, ...(probabilities ? { probabilities } : {}) });
  },
  alike: async ({ key, row, hidden, count }) => {
    const isHidden = new Set(hidden);
    return findAlike(findDesk(key).space, { row, count, isHidden: (other) => isHidden.has(other) });
  },
  suggest: async ({ key, labels, rows }) => {
    const probabilities = predict(findDesk(key), labels);
    return rows.map((row) => suggestFor(row, probabilities, labels.classCount));
  },
  suspects: async ({ key, labels, seed, groups, count }) => {
    const { space } = findDesk(key);
    const { classIndices, classCount } = labels;
    const probabilities = crossValidate({ ...space, ...labels, groups, seed });
    const suspects = findSuspects({ probabilities, classIndices, classCount });
    const likelyWrong = suspects.filter((suspect) => suspect.isLikelyWrong).length;
    const right = suspects.filter((suspect) => suspect.confidence > suspect.suggestedConfidence).length;
    return { suspects: suspects.slice(0, count), likelyWrong, right };
  },
  forecast: async ({ key, labels, seed, groups, nextLabels }) => {
    const desk = findDesk(key);
    const probabilities = predict(desk, labels);
    if (!probabilities) return null;
    const expectedAccuracy = meanConfidence(probabilities, labels.classCount);
    return forecastLabels({ ...desk.space, ...labels, groups, nextLabels, seed, expectedAccuracy }) ?? null;
  },
};

function findDesk(key: string): Desk {
  const desk = desks.get(key);
  if (!desk) throw new Error(`the desk ${key} is not open`);
  return desk;
}

/** Fits again where the labels have changed since the last question. */
function predict(desk: Desk, labels: Labels): Float32Array | undefined {
  if (!desk.last || !isSame(desk.last.labels, labels)) {
    const head = fitSuggestionHead({ ...desk.space, ...labels });
    desk.last = { labels, probabilities: head && suggest(head, desk.space.rows) };
  }
  return desk.last.probabilities;
}

const isSame = (a: Labels, b: Labels): boolean =>
  a.classCount === b.classCount &&
  a.labeled.length === b.labeled.length &&
  a.labeled.every((row, n) => row === b.labeled[n] && a.classIndices[n] === b.classIndices[n]);

function mark({ count }: Desk, { labeled, hidden }: Labels): { isLabeled: Uint8Array; hidden: Set<number> } {
  const isLabeled = new Uint8Array(count);
  for (const row of labeled) isLabeled[row] = 1;
  return { isLabeled, hidden: new Set(hidden) };
}

function listOpen(desk: Desk, labels: Labels): number[] {
  const { isLabeled, hidden } = mark(desk, labels);
  return Array.from(isLabeled.keys()).filter((row) => !isLabeled[row] && !hidden.has(row));
}

function countLabels({ classIndices, classCount }: Labels): number[] {
  const counts = Array.from({ length: classCount }, () => 0);
  for (const own of classIndices) counts[own] = (counts[own] as number) + 1;
  return counts;
}

function suggestFor(row: number, probabilities: Float32Array | undefined, classCount: number): RowSuggestion | null {
  if (!probabilities) return null;
  const own = probabilities.subarray(row * classCount, (row + 1) * classCount);
  const classIndex = own.indexOf(Math.max(...own));
  return { classIndex, confidence: own[classIndex] as number };
}
