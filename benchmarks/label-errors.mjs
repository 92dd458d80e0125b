/**
 * @file Label errors put in on purpose (5 %, another class at random): what share of them stands in the first 5 % of the ranking of suspects.
 *
 * `label-errors.mjs [--seeds 5] [--first 1] [--sets recyclables,scenes,portraits]`. Errors that the sets have themselves count against us.
 */
import { createRandom } from '@tintype/autograd/random';
import { crossValidate } from '@tintype/core/label/cross-validate';
import { findSuspects } from '@tintype/core/label/find-suspects';
import { mean, round } from './label/annotator.mjs';
import { openSet } from './label/open-set.mjs';
import { parseArguments } from './pictures.mjs';

const { options } = parseArguments(process.argv.slice(2));
const first = Number(options.first ?? 1);
const seeds = Array.from({ length: Number(options.seeds ?? 5) }, (_, n) => first + n);
const share = 0.05;
const bar = 0.6;

function inject({ truth, classes }, seed) {
  const random = createRandom('errors', seed);
  const order = Array.from(truth.keys(), (row) => ({ row, key: random() })).sort((a, b) => a.key - b.key);
  const wrong = new Set(order.slice(0, Math.round(share * truth.length)).map(({ row }) => row));
  const classIndices = truth.map((own, row) =>
    wrong.has(row) ? (own + 1 + Math.floor(random() * (classes.length - 1))) % classes.length : own,
  );
  return { wrong, classIndices };
}

const results = [];
for (const name of (options.sets ?? 'recyclables,scenes,portraits').split(',')) {
  const set = await openSet(name);
  const labeled = Array.from(set.truth.keys());
  const found = seeds.map((seed) => {
    const { wrong, classIndices } = inject(set, seed);
    const request = { classIndices, classCount: set.classes.length };
    const probabilities = crossValidate({ ...set.space, ...request, labeled, groups: set.groups, seed });
    const suspects = findSuspects({ ...request, probabilities });
    const counted = suspects.filter((one) => one.isLikelyWrong);
    return {
      share: suspects.slice(0, wrong.size).filter((one) => wrong.has(one.position)).length / wrong.size,
      counted: counted.length / wrong.size,
    };
  });
  const result = {
    set: name,
    errors: Math.round(share * set.count),
    foundShare: found.map((one) => round(one.share, 3)),
    mean: round(mean(found.map((one) => one.share)), 3),
    /** What confident learning counts, as a multiple of the errors put in. */
    counted: round(mean(found.map((one) => one.counted)), 2),
    bar,
  };
  results.push({ ...result, met: result.mean >= bar });
  console.error(JSON.stringify(results.at(-1)));
}
console.log(JSON.stringify({ seeds, results, met: results.every((result) => result.met) }));
