/**
 * @file Human decisions per picture to label a whole set: one for each picture shown alone, one for each page accepted, one for each picture
 * corrected on it, one for each label looked at again.
 *
 * `label-decisions.mjs [--seeds 5] [--first 1] [--sets recyclables,portraits] [--size 60]`. First four pictures a class alone, in the
 * engine's order; then pages of the class that promises fewest wrong pictures, the head refitted after each; at last the most doubtful labels
 * are looked at again. The annotator sees 2 % of the pictures wrong, on a page too; a second look at a picture errs in 2 % again, independently.
 * Beside it: pages of a random class in random order from the same head.
 */
import { createRandom } from '@tintype/autograd/random';
import { buildGrids } from '@tintype/core/label/build-grids';
import { crossValidate } from '@tintype/core/label/cross-validate';
import { findSuspects } from '@tintype/core/label/find-suspects';
import { createAnnotator, mean, round } from './label/annotator.mjs';
import { openLabeling, openSet } from './label/open-set.mjs';
import { parseArguments } from './pictures.mjs';

const { options } = parseArguments(process.argv.slice(2));
const first = Number(options.first ?? 1);
const seeds = Array.from({ length: Number(options.seeds ?? 5) }, (_, n) => first + n);
const size = Number(options.size ?? 60);
const bars = { recyclables: 0.25, portraits: 0.15 };
const wanted = 0.97;
/** Labels looked at again, as a share of all. */
const secondLooks = Number(options.looks ?? 0.005);
const labelsAlone = Number(options.alone ?? 4);

async function run(set, { seed, order }) {
  const annotator = createAnnotator(set, seed);
  const held = new Uint8Array(set.count);
  const labeling = await openLabeling(set, { annotator, held, seed, order });
  const spent = { alone: 0, pages: 0, corrections: 0, looks: 0 };
  const needed = labelsAlone * set.classes.length;
  while (labeling.labeled.length < needed || !labeling.probabilities) spent.alone += labeling.label(4).length;

  const random = createRandom('pages', seed);
  for (;;) {
    const open = Array.from(held.keys()).filter((row) => !labeling.isLabeled[row]);
    if (open.length === 0) break;
    const page = choosePage(labeling.probabilities, open);
    spent.pages += 1;
    for (const row of page.rows) {
      const seen = annotator.name(row);
      if (seen !== page.classIndex) spent.corrections += 1;
      labeling.give(row, seen);
    }
    labeling.refit();
  }

  function choosePage(probabilities, open) {
    const grids = buildGrids({ probabilities, classCount: set.classes.length, open, size });
    if (order === 'engine') return grids[0];
    const whole = buildGrids({ probabilities, classCount: set.classes.length, open, size: open.length });
    const { classIndex, rows } = whole[Math.floor(random() * whole.length)];
    const shuffled = rows.map((row) => ({ row, key: random() })).sort((a, b) => a.key - b.key);
    return { classIndex, rows: shuffled.slice(0, size).map(({ row }) => row) };
  }

  spent.looks = lookAgain(set, labeling, seed);
  const decisions = Object.values(spent).reduce((sum, one) => sum + one, 0);
  const right = labeling.labeled.filter((row, n) => labeling.classIndices[n] === set.truth[row]).length;
  return { perPicture: decisions / set.count, accuracy: right / set.count, spent };
}

/** The least probable labels, by heads that had not seen them. */
function lookAgain(set, labeling, seed) {
  const again = createAnnotator(set, `${seed} again`);
  const request = { classIndices: labeling.classIndices, classCount: set.classes.length };
  const groups = labeling.labeled.map((row) => set.groups[row]);
  const probabilities = crossValidate({ ...set.space, ...request, labeled: labeling.labeled, groups, seed });
  const looked = findSuspects({ ...request, probabilities }).slice(0, Math.round(secondLooks * set.count));
  for (const { position } of looked) labeling.classIndices[position] = again.name(labeling.labeled[position]);
  return looked.length;
}

const results = [];
for (const name of (options.sets ?? 'recyclables,portraits').split(',')) {
  const set = await openSet(name);
  const found = { engine: [], random: [] };
  for (const seed of seeds)
    for (const order of ['engine', 'random']) found[order].push(await run(set, { seed, order }));
  const result = { set: name };
  for (const [order, runs] of Object.entries(found))
    result[order] = {
      perPicture: round(mean(runs.map((one) => one.perPicture))),
      worst: round(Math.max(...runs.map((one) => one.perPicture))),
      accuracy: round(mean(runs.map((one) => one.accuracy))),
      leastAccuracy: round(Math.min(...runs.map((one) => one.accuracy))),
      spent: runs[0].spent,
    };
  const bar = bars[name];
  const met = bar === undefined || (result.engine.perPicture <= bar && result.engine.accuracy >= wanted);
  results.push({ ...result, bar, met });
  console.error(JSON.stringify(results.at(-1)));
}
console.log(JSON.stringify({ seeds, size, wanted, results, met: results.every((result) => result.met) }));
