/**
 * @file MobileNetV2 fine-tuned whole, against a head on its frozen features, on the same test split: `fine-tune.mjs [SET...] [--epochs N] [--threads N]
 * [--provider webgpu]`.
 *
 * Splits keep near-duplicates together. "Above by more than the interval": the frozen head's accuracy lies below the 95 % interval of the
 * fine-tuned one.
 */
import { join } from 'node:path';
import { parseArguments, shared } from './pictures.mjs';
import { openTrainingWorkspace } from './training-workspace.mjs';

const backbone = join(shared, 'models/mobilenetv2-imagenet-fp32.onnx');
/** Sizes and epochs for two cores: a quarter of an hour each. Flowers are enlarged from about 30 pixels: more brings no detail. */
const plans = {
  recyclables: { bar: 0.88, options: { epochs: 8, sizePx: 160 } },
  flowers: { bar: 0.72, options: { epochs: 6, sizePx: 128 } },
};

const { options, rest } = parseArguments(process.argv.slice(2));
const sets = rest.length > 0 ? rest : Object.keys(plans);
const extra = {
  ...(options.epochs === undefined ? {} : { epochs: Number(options.epochs) }),
  ...(options.threads === undefined ? {} : { threads: Number(options.threads) }),
  ...(options.provider === undefined ? {} : { provider: options.provider }),
};
const results = [];
for (const set of sets) {
  console.error(set);
  const workspace = await openTrainingWorkspace(set);
  try {
    results.push(await measure(set, workspace));
    console.error(`  ${JSON.stringify(results.at(-1))}`);
  } finally {
    await workspace[Symbol.asyncDispose]();
  }
}

async function measure(set, workspace) {
  const { bar, options: own } = plans[set];
  const frozen = await workspace.train({ backbone, head: 'logistic', seed: 1 });
  const { snapshot } = frozen.summary;
  const tuned = await workspace.train({ backbone, train: 'all', seed: 1, snapshot, ...own, ...extra });
  const { accuracy, accuracyInterval, balancedAccuracy } = tuned.summary;
  return {
    set,
    accuracy,
    accuracyInterval,
    balancedAccuracy,
    epochs: tuned.epochs,
    durationMs: Math.round(tuned.durationMs),
    idleShare: Number(tuned.idle.toFixed(4)),
    frozen: { accuracy: frozen.summary.accuracy, accuracyInterval: frozen.summary.accuracyInterval },
    bar,
    met: accuracy >= bar && accuracyInterval[0] > frozen.summary.accuracy,
  };
}

console.log(JSON.stringify({ results, met: results.every(({ met }) => met) }));
