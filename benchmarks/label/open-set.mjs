/** @file A set of ../shared/data as the labeling engine sees it: its space, and a labeling that a benchmark drives. */
import { createRandom } from '@tintype/autograd/random';
import { chooseNext } from '@tintype/core/label/choose-next';
import { orderForControl } from '@tintype/core/label/control-order';
import { buildCoverage } from '@tintype/core/label/coverage';
import { buildLabelSpace } from '@tintype/core/label/label-space';
import { fitSuggestionHead, suggest } from '@tintype/core/label/suggestion-head';
import { argmax } from './annotator.mjs';
import { readLabeledFeatures } from './labeled-features.mjs';

export async function openSet(name) {
  const set = await readLabeledFeatures(name);
  return { ...set, count: set.truth.length, space: await buildLabelSpace(set) };
}

/** A third of the groups whole, never shown to the annotator: where accuracy is measured. */
export function holdOut({ groups }, seed) {
  const names = [...new Set(groups)];
  const random = createRandom('held', seed);
  const drawn = new Map(names.map((name) => [name, random() < 1 / 3]));
  return Uint8Array.from(groups, (name) => (drawn.get(name) ? 1 : 0));
}

/** Labels given one after the other, by the order of the engine or by a random one; `held` is never asked for. */
export async function openLabeling(set, { annotator, held, seed, order }) {
  const coverage = order === 'engine' ? await buildCoverage(set.space, { seed }) : undefined;
  const controlOrder = orderForControl(
    set.groups.map((_, n) => String(n)),
    seed,
  );
  const isLabeled = new Uint8Array(set.count);
  const labeled = [];
  const classIndices = [];
  const labelCounts = new Array(set.classes.length).fill(0);
  let probabilities;
  return {
    labeled,
    classIndices,
    labelCounts,
    isLabeled,
    get probabilities() {
      return probabilities;
    },
    give(row, classIndex = annotator.name(row)) {
      isLabeled[row] = 1;
      labeled.push(row);
      classIndices.push(classIndex);
      labelCounts[classIndex] += 1;
    },
    /** Labels as many as asked, then fits again. */
    label(count) {
      const open = (row) => !isLabeled[row] && !held[row];
      const picks =
        order === 'engine'
          ? chooseNext({
              coverage,
              controlOrder,
              isLabeled,
              isHidden: (row) => held[row] === 1,
              labelCounts,
              count,
              seed,
              ...(probabilities ? { probabilities } : {}),
            })
          : [...controlOrder]
              .filter(open)
              .slice(0, count)
              .map((row) => ({ row }));
      for (const { row } of picks) this.give(row);
      this.refit();
      return picks;
    },
    refit() {
      const head = fitSuggestionHead({ ...set.space, labeled, classIndices, classCount: set.classes.length });
      probabilities = head && suggest(head, set.space.rows);
      return head;
    },
    accuracy(isCounted = (row) => held[row] === 1) {
      return accuracyOf(set, probabilities, isCounted);
    },
  };
}

export function accuracyOf({ truth, classes }, probabilities, isCounted) {
  if (!probabilities) return 0;
  let [right, all] = [0, 0];
  truth.forEach((classIndex, row) => {
    if (!isCounted(row)) return;
    all += 1;
    if (argmax(probabilities, row * classes.length, classes.length) === classIndex) right += 1;
  });
  return right / all;
}

/** What a head fitted on every picture that is not held out reaches. */
export function fullAccuracy(set, { annotator, held }) {
  const labeled = Array.from(held.keys()).filter((row) => !held[row]);
  const head = fitSuggestionHead({
    ...set.space,
    labeled,
    classIndices: labeled.map(annotator.name),
    classCount: set.classes.length,
  });
  return accuracyOf(set, suggest(head, set.space.rows), (row) => held[row] === 1);
}
