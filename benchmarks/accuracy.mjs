/**
 * @file Accuracy of frozen features and the logistic head over 5 folds: `accuracy.mjs SET... --backbone histograms|FILE`.
 *
 * Folds are stratified and keep near-duplicates together; `lego` also has random folds and runs of 20 consecutive names, because
 * its frames of one brick follow each other. The penalty is chosen inside each training part, as training does.
 */
import { basename } from 'node:path';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { groupNearDuplicates } from '@tintype/core/catalog/near-duplicates';
import { groupedFolds } from '@tintype/core/catalog/split';
import { thumbnailSignature } from '@tintype/core/catalog/thumbnail-signature';
import { computeMetrics } from '@tintype/core/evaluate/metrics';
import { loadFeatures } from '@tintype/core/model/feature-cache';
import { resolveBackbone } from '@tintype/core/model/resolve-backbone';
import { memoryStore } from '@tintype/core/model/testing';
import { objectKeys } from '@tintype/core/ports/object-store';
import { fitLogistic } from '@tintype/core/train/linear';
import { runHead } from '@tintype/core/train/run-head';
import { selectRows } from '@tintype/core/train/training-set';
import { parseArguments, readPictures, storePictures } from './pictures.mjs';

const seed = 1;
const folds = 5;
const bars = {
  histograms: {
    recyclables: { grouped: 0.76 },
    scenes: { grouped: 0.755 },
    portraits: { grouped: 0.89 },
    flowers: { grouped: 0.6 },
  },
  onnx: {
    recyclables: { grouped: 0.83 },
    scenes: { grouped: 0.87 },
    portraits: { grouped: 0.94 },
    lego: { random: 0.97, runs: 0.91 },
  },
};

const { options, rest: sets } = parseArguments(process.argv.slice(2));
const pool = await openTaskPool({ tasks: import.meta.resolve('@tintype/core/model/picture-tasks') });

async function measure(set, resolved) {
  const store = memoryStore();
  const pictures = readPictures(set);
  await storePictures(store, pictures);
  const contentHashes = pictures.map((picture) => picture.contentHash);
  const startedAt = performance.now();
  const features = await loadFeatures({ store, pool }, { ...resolved, contentHashes, limits });
  console.error(`${set}: ${pictures.length} pictures in ${seconds(startedAt)} s`);

  const classes = [...new Set(pictures.map((picture) => picture.className))].sort();
  const whole = {
    rows: features.rows,
    dimensions: resolved.backbone.dimensions,
    truth: Int32Array.from(pictures, (picture) => classes.indexOf(picture.className)),
    classCount: classes.length,
  };
  const results = [];
  for (const [grouping, groups] of Object.entries(await makeGroupings(set, pictures, store))) {
    const scores = await crossValidate({ ...whole, groups }, classes);
    const bar = bars[resolved.backbone.kind][set]?.[grouping];
    const summary = {
      accuracy: mean(scores.accuracy),
      sd: deviation(scores.accuracy),
      balancedAccuracy: mean(scores.balanced),
    };
    const result = {
      set,
      backbone: basename(resolved.backbone.name),
      grouping,
      groups: new Set(groups).size,
      pictures: pictures.length,
      ...Object.fromEntries(Object.entries(summary).map(([key, value]) => [key, round(value)])),
      c: scores.c,
      ...(bar === undefined ? {} : { bar, met: summary.accuracy >= bar }),
    };
    console.error(`  ${grouping}: ${JSON.stringify(result)}`);
    results.push(result);
  }
  return results;
}

async function makeGroupings(set, pictures, store) {
  const alone = pictures.map((_, n) => String(n));
  const grouped = await groupPictures(pictures, store);
  if (set !== 'lego') return { grouped };
  const counts = {};
  const runs = pictures.map(({ className }) => {
    counts[className] = (counts[className] ?? 0) + 1;
    return `${className} ${Math.floor((counts[className] - 1) / 20)}`;
  });
  return { random: alone, runs, grouped };
}

/** Group of each picture, by the near-duplicates that a snapshot would find. */
async function groupPictures(pictures, store) {
  const startedAt = performance.now();
  const samples = await Promise.all(
    pictures.map(async ({ bytes, contentHash, path }, n) => {
      const { perceptualHash, thumbnail } = await analyze(bytes);
      await store.put(objectKeys.thumbnail(contentHash), thumbnail);
      return { id: String(n).padStart(8, '0'), contentHash, path, perceptualHash };
    }),
  );
  const found = await groupNearDuplicates(samples, { signature: thumbnailSignature({ store, pool }, { limits }) });
  const groups = new Array(pictures.length);
  found.forEach((group, name) => {
    for (const sample of group.samples) groups[Number(sample.id)] = String(name);
  });
  console.error(`  ${found.length} groups in ${seconds(startedAt)} s`);
  return groups;
}

/** A few at a time: the pool refuses a queue without end. */
const slots = Array.from({ length: 8 }, () => Promise.resolve());
let next = 0;
function analyze(bytes) {
  const slot = next++ % slots.length;
  const turn = slots[slot].then(() => pool.run('analyze', { bytes, limits }));
  slots[slot] = turn.then(
    () => undefined,
    () => undefined,
  );
  return turn;
}

async function crossValidate(set, classes) {
  const rows = set.groups.map((group, n) => ({ sampleId: String(n), className: classes[set.truth[n]], group }));
  const foldOf = groupedFolds(rows, { folds, seed });
  const scores = { accuracy: [], balanced: [], c: [] };
  for (let fold = 0; fold < folds; fold += 1) {
    const positions = [...foldOf.keys()];
    const fit = selectRows(
      set,
      positions.filter((n) => foldOf[n] !== fold),
    );
    const held = selectRows(
      set,
      positions.filter((n) => foldOf[n] === fold),
    );
    const startedAt = performance.now();
    const head = await fitLogistic(fit, { seed, classWeights: options['class-weights'] ?? 'none' });
    const { probabilities } = await runHead(head.render(1), held);
    const samples = Array.from(held.truth, String);
    const metrics = computeMetrics({ classes, probabilities, truth: held.truth, samples });
    scores.accuracy.push(metrics.accuracy);
    scores.balanced.push(metrics.balancedAccuracy);
    scores.c.push(head.hyperparameters.c);
    console.error(
      `    fold ${fold}: ${round(metrics.accuracy)} (C ${head.hyperparameters.c}, ${seconds(startedAt)} s)`,
    );
  }
  return scores;
}

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) => Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)));
const round = (value) => Math.round(value * 1e4) / 1e4;
const seconds = (since) => ((performance.now() - since) / 1000).toFixed(1);

const results = [];
try {
  const name = options.backbone ?? 'histograms';
  const resolved = await resolveBackbone({ pool, hub: undefined }, name);
  for (const set of sets) results.push(...(await measure(set, resolved)));
} finally {
  await pool[Symbol.asyncDispose]();
}
console.log(JSON.stringify({ seed, folds, results, met: results.every((result) => result.met !== false) }));
