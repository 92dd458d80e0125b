/**
 * @file Every architecture learns one batch by heart: steps until the loss is below 0.01, and the memory that its process took at most.
 *
 * `overfit.mjs [NAME...] [--threads 2] [--steps 100] [--provider webgpu]`. Each in a process of its own. Pixels are noise and classes are dealt in turn, so
 * that nothing can be learned but by heart.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { trainingMode } from '@tintype/autograd/nn/network';
import { adamw } from '@tintype/autograd/optimize/adamw';
import { createNormal, createRandom } from '@tintype/autograd/random';
import { openTrainStep } from '@tintype/autograd/step/train-step';
import { architectureNames } from '@tintype/contracts/train';
import { architectures } from '@tintype/core/model/architectures/architectures';
import { parseArguments } from './pictures.mjs';

const { options, rest } = parseArguments(process.argv.slice(2));
const [threads, limit] = [Number(options.threads ?? 2), Number(options.steps ?? 100)];
const provider = options.provider ?? 'cpu';
const goal = 0.01;
const classes = 10;
const gigabytes = (bytes) => Number((bytes / 1e9).toPrecision(3));

/** Pictures at once, and their size where the architecture's own would only take longer. */
const batches = {
  'cnn-small': { batch: 16 },
  'mobilenet-v2': { batch: 8, sizePx: 96 },
  'resnet-18': { batch: 8, sizePx: 96 },
  'vit-tiny': { batch: 4 },
  'vit-small': { batch: 4 },
  'vit-base-patch16-224': { batch: 4 },
};

/** The most memory that this process has held, in bytes; undefined where the system does not say. */
function findPeakBytes() {
  try {
    return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
  } catch {
    return undefined;
  }
}

async function overfit(name) {
  const architecture = architectures[name];
  const { batch, sizePx = architecture.sizePx } = batches[name];
  const network = architecture.build({ batch, classes, sizePx, mode: trainingMode });
  const x = new Float32Array(batch * 3 * sizePx ** 2).map(createNormal(createRandom('pixels')));
  const targets = new Float32Array(batch * classes);
  for (let i = 0; i < batch; i += 1) targets[i * classes + (i % classes)] = 1;
  const step = await openTrainStep({ network, optimizer: adamw(), clipNorm: 1 }, { threads, provider });
  const losses = [];
  const startedAt = performance.now();
  while (losses.length < limit && !(losses.at(-1) < goal)) {
    // A warm-up of 10 steps: transformers leave their start badly without.
    const learningRate = architecture.fromScratch.learningRate * Math.min(1, (losses.length + 1) / 10);
    losses.push((await step.run({ x, targets }, { learningRate, maskSeed: losses.length })).loss);
  }
  const msPerStep = (performance.now() - startedAt) / losses.length;
  const peak = findPeakBytes();
  return {
    name,
    batch,
    sizePx,
    steps: losses.length,
    loss: Number(losses.at(-1).toPrecision(3)),
    msPerStep: Math.round(msPerStep),
    plannedGb: gigabytes(step.memory.totalBytes),
    ...(peak === undefined ? {} : { peakGb: gigabytes(peak) }),
  };
}

if (options.alone) {
  console.log(JSON.stringify(await overfit(options.alone)));
} else {
  const names = rest.length > 0 ? rest : architectureNames;
  const results = names.map((name) => {
    const args = [import.meta.filename, '--alone', name];
    args.push('--threads', String(threads), '--steps', String(limit), '--provider', provider);
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
  });
  const byHeart = results.every(({ loss }) => loss < goal);
  const base = results.find(({ name }) => name === 'vit-base-patch16-224');
  const isSmall = base?.peakGb === undefined || base.peakGb <= 4;
  console.log(JSON.stringify({ results, bars: { byHeart, vitBaseWithin4Gb: isSmall } }));
  if (!byHeart || !isSmall) process.exitCode = 1;
}
