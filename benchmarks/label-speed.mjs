/**
 * @file From a label to new suggestions: 10,000 pictures x 1,280 features, 10 classes, in milliseconds; and what is made once before.
 *
 * `label-speed.mjs [--pictures 10000] [--rounds 9]`. Features are made up. A refresh is what follows a few labels: fit, suggest for every picture, choose the
 * next 20 and build the pages.
 */
import { createNormal, createRandom } from '@tintype/autograd/random';
import { buildGrids } from '@tintype/core/label/build-grids';
import { chooseNext } from '@tintype/core/label/choose-next';
import { orderForControl } from '@tintype/core/label/control-order';
import { buildCoverage } from '@tintype/core/label/coverage';
import { buildLabelSpace } from '@tintype/core/label/label-space';
import { fitSuggestionHead, suggest } from '@tintype/core/label/suggestion-head';
import { parseArguments } from './pictures.mjs';

const { options } = parseArguments(process.argv.slice(2));
const [pictures, features, classCount] = [Number(options.pictures ?? 10_000), 1280, 10];
const rounds = Number(options.rounds ?? 9);
const labelCounts = [50, 200, 1000, 5000].filter((labels) => labels < pictures);
const barMs = 400;

const normal = createNormal(createRandom('speed'));
const middles = Float32Array.from({ length: classCount * features }, () => 0.4 * normal());
const truth = Int32Array.from({ length: pictures }, (_, n) => n % classCount);
const rows = new Float32Array(pictures * features);
const noise = Float32Array.from({ length: 1 << 20 }, normal);
for (let at = 0; at < rows.length; at += 1) {
  const n = Math.floor(at / features);
  rows[at] = Math.max(0, middles[truth[n] * features + (at % features)] + noise[(at * 7 + n * 13) & ((1 << 20) - 1)]);
}

async function timed(work) {
  const startedAt = performance.now();
  const made = await work();
  return { made, ms: performance.now() - startedAt };
}

const space = await timed(() => buildLabelSpace({ rows, dimensions: features }));
const coverage = await timed(() => buildCoverage(space.made, { seed: 1 }));
const controlOrder = orderForControl(
  Array.from(truth, (_, n) => String(n)),
  1,
);
console.error(`made once: space ${Math.round(space.ms)} ms, coverage ${Math.round(coverage.ms)} ms`);

function refresh(labeled) {
  const isLabeled = new Uint8Array(pictures);
  for (const row of labeled) isLabeled[row] = 1;
  const classIndices = labeled.map((row) => truth[row]);
  const head = fitSuggestionHead({ ...space.made, labeled, classIndices, classCount });
  const fitted = performance.now();
  const probabilities = suggest(head, space.made.rows);
  const suggested = performance.now();
  const counts = Array.from({ length: classCount }, (_, k) => classIndices.filter((own) => own === k).length);
  chooseNext({
    coverage: coverage.made,
    controlOrder,
    isLabeled,
    probabilities,
    labelCounts: counts,
    count: 20,
    seed: 1,
  });
  const open = Array.from(isLabeled.keys()).filter((row) => !isLabeled[row]);
  buildGrids({ probabilities, classCount, open, size: 40 });
  return { fitted, suggested };
}

/** Of this process: on a busy machine it says more than the clock. */
function cpuMs(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const results = [];
for (const labels of labelCounts) {
  const labeled = Array.from(controlOrder.subarray(0, labels));
  const times = [];
  for (let round = 0; round <= rounds; round += 1) {
    const [startedAt, before] = [performance.now(), process.cpuUsage()];
    const { fitted, suggested } = refresh(labeled);
    const endedAt = performance.now();
    times.push({
      fit: fitted - startedAt,
      suggest: suggested - fitted,
      choose: endedAt - suggested,
      whole: endedAt - startedAt,
      cpu: cpuMs(before),
    });
  }
  const warm = times.slice(1);
  const result = { labels, firstMs: Math.round(times[0].whole) };
  for (const part of ['fit', 'suggest', 'choose', 'whole', 'cpu'])
    result[`${part}Ms`] = Math.round(median(warm.map((one) => one[part])));
  results.push({ ...result, worstMs: Math.round(Math.max(...warm.map((one) => one.whole))) });
  console.error(JSON.stringify(results.at(-1)));
}
const slowest = Math.max(...results.map((result) => result.wholeMs));
console.log(
  JSON.stringify({
    pictures,
    features,
    classCount,
    onceMs: { space: Math.round(space.ms), coverage: Math.round(coverage.ms) },
    results,
    barMs,
    met: slowest <= barMs,
  }),
);
