/**
 * @file Light models: how much faster 8 bits are and what they cost. `int8.mjs [--only mobilenet|vit] [--rounds N]`
 *
 * MobileNetV2: a head on its frozen features of recyclables, made light as `tintype export --int8` does; accuracy on the test split before and
 * after. ViT-B/16: random weights, so time alone. Models run alone on one picture, before and after in alternated rounds, on 1 thread and
 * on 2; the ratio of medians.
 */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { openSession } from '@tintype/autograd/runtime/session';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { objectKeys } from '@tintype/core/ports/object-store';
import { exportLight } from '@tintype/core/registry/export-light';
import { parseArguments, shared } from './pictures.mjs';
import { openTrainingWorkspace } from './training-workspace.mjs';
import { makeVit } from './vit-bundle.mjs';

const bars = { mobilenet: 1.8, vit: 2.2, dropPoints: 0.5 };
const plans = { mobilenet: { rounds: 25, runs: 10, sizePx: 224 }, vit: { rounds: 8, runs: 2, sizePx: 224 } };

const { options } = parseArguments(process.argv.slice(2));
const results = {};

/** Median milliseconds of a run, alternated. */
async function compareTimes(paths, { rounds, runs, sizePx }, input) {
  const found = {};
  for (const threads of [1, 2]) {
    const models = await Promise.all(paths.map((path) => readFile(path)));
    const sessions = [];
    for (const model of models) sessions.push(await openSession(model, { threads }));
    const data = Float32Array.from({ length: 3 * sizePx * sizePx }, (_, i) => Math.sin(i * 0.37));
    const feeds = { [input]: { type: 'float32', dims: [1, 3, sizePx, sizePx], data } };
    const times = sessions.map(() => []);
    for (let round = 0; round < (Number(options.rounds) || rounds); round += 1)
      for (const [n, session] of sessions.entries())
        for (let run = 0; run < runs; run += 1) {
          const startedAt = performance.now();
          await session.run(feeds, ['probabilities']);
          // The first of each turn finds the other's weights in the caches.
          if (run > 0) times[n].push(performance.now() - startedAt);
        }
    for (const session of sessions) await session[Symbol.asyncDispose]();
    const [before, after] = times.map((list) => list.toSorted((a, b) => a - b));
    const middle = (list) => list[list.length >> 1];
    found[`threads${threads}`] = {
      beforeMs: Number(middle(before).toFixed(2)),
      afterMs: Number(middle(after).toFixed(2)),
      ratio: Number((middle(before) / middle(after)).toFixed(2)),
      ratioOfLeast: Number((before[0] / after[0]).toFixed(2)),
    };
    console.error(`  ${threads} thread(s): ${JSON.stringify(found[`threads${threads}`])}`);
  }
  return found;
}

const isFaster = ({ threads1, threads2 }, bar) => threads1.ratio >= bar && threads2.ratio >= bar;

async function measureMobileNet(folder) {
  const workspace = await openTrainingWorkspace('recyclables');
  const lightPool = await openTaskPool({
    tasks: '@tintype/core/model/light/light-tasks',
    inFlightPerChild: 1,
    memoryMb: 2048,
  });
  try {
    const backbone = join(shared, 'models/mobilenetv2-imagenet-fp32.onnx');
    const { summary } = await workspace.train({ backbone, head: 'logistic', seed: 1 });
    const { needs } = workspace;
    const version = await needs.catalog.registry.getVersion(summary.model, String(summary.version));
    const startedAt = performance.now();
    // However much it loses: the drop is what is measured.
    const request = { version, folder: join(folder, 'light'), form: 'int8', maxDrop: 100, by: 'bench', limits };
    const { light } = await exportLight({ ...needs, lightPool }, request);
    const exportMs = Math.round(performance.now() - startedAt);
    const original = join(await needs.store.localFolder(objectKeys.bundlePrefix(version.bundleHash)), 'model.onnx');
    const times = await compareTimes([original, join(folder, 'light/model.onnx')], plans.mobilenet, 'input');
    const dropPoints = 100 * (light.accuracyBefore.accuracy - light.accuracyAfter.accuracy);
    const met = isFaster(times, bars.mobilenet) && dropPoints <= bars.dropPoints;
    return { ...times, dropPoints: Number(dropPoints.toFixed(2)), light, exportMs, met };
  } finally {
    await lightPool[Symbol.asyncDispose]();
    await workspace[Symbol.asyncDispose]();
  }
}

async function measureVit(folder) {
  const { fp32, int8 } = await makeVit(folder);
  const times = await compareTimes([fp32.graphPath, int8.graphPath], plans.vit, 'pixels');
  return { ...times, sizeBefore: fp32.sizeBytes, sizeAfter: int8.sizeBytes, met: isFaster(times, bars.vit) };
}

const measures = { mobilenet: measureMobileNet, vit: measureVit };
for (const name of options.only === undefined ? Object.keys(measures) : [options.only]) {
  console.error(name);
  const folder = await mkdtemp(join(tmpdir(), 'tintype-int8-'));
  try {
    results[name] = await measures[name](folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
console.log(JSON.stringify({ results, met: Object.values(results).every(({ met }) => met) }));
