/**
 * @file Milliseconds of one train step (forward, loss, backward, update; float32), beside PyTorch on the same work.
 *
 * `train-step.mjs [NAME...] [--threads 2] [--rounds 5] [--steps 4] [--seeds 0] [--python FILE] [--provider webgpu]`. Every side is a process
 * of its own that is warm before the clock runs; they take turns, `steps` steps each; a round counts by its median, a side by the median of
 * its rounds. PyTorch runs twice: as people launch it, and with thresholds of malloc that let it keep its memory; with `--provider`, that
 * provider, the processor and PyTorch on CUDA take turns instead.
 * Also: the share of the matmul peak, peak memory, and the error of the gradients against float64; that alone with `--rounds 0`.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArguments } from './pictures.mjs';
import { networks } from './train-step/networks.mjs';

const { options, rest } = parseArguments(process.argv.slice(2));
const names = rest.length > 0 ? rest : Object.keys(networks);
const threads = options.threads ?? '2';
const rounds = Number(options.rounds ?? 5);
const steps = Number(options.steps ?? 4);
const seeds = Number(options.seeds ?? 0);
const provider = options.provider ?? 'cpu';
const isOnDevice = provider !== 'cpu';
const tunedMalloc = { MALLOC_MMAP_THRESHOLD_: '4000000000', MALLOC_TRIM_THRESHOLD_: '8000000000' };

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const round = (value, digits = 3) => Number(value.toPrecision(digits));

/** A process that answers one line with one line. */
function start(command, args, env = {}) {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(...words) {
      child.stdin.write(`${words.join(' ')}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error(`${command} ended while asked for ${words[0]}`);
      return JSON.parse(value);
    },
    stop: () => child.stdin.end(),
  };
}

const ours = (name, ...more) =>
  start(process.execPath, [join(import.meta.dirname, 'train-step/ours.mjs'), name, threads, ...more]);
const peer = (name, env, device = 'cpu') =>
  start(options.python, [join(import.meta.dirname, 'peers/train_step_torch.py'), name, threads, device], env);

function startSides(name) {
  if (isOnDevice)
    return {
      ours: ours(name, 'auto', provider),
      oursOnCpu: ours(name),
      ...(options.python ? { torch: peer(name, {}, 'cuda') } : {}),
    };
  return {
    ours: ours(name),
    ...(options.python ? { torch: peer(name), torchTunedMalloc: peer(name, tunedMalloc) } : {}),
  };
}

async function measure(name) {
  const sides = startSides(name);
  const found = Object.fromEntries(Object.keys(sides).map((side) => [side, []]));
  const { gigaflop } = await sides.ours.ask('steps', 2);
  for (const side of Object.keys(sides).slice(1)) await sides[side].ask('steps', 2);
  const peaks = [];
  for (let turn = 0; turn < rounds; turn += 1) {
    if (!isOnDevice) peaks.push((await sides.ours.ask('peak')).gigaflops);
    for (const [side, process] of Object.entries(sides))
      found[side].push(median((await process.ask('steps', steps)).ms));
    console.error(
      `${name} ${turn}: ${Object.entries(found).map(([side, ms]) => `${side} ${ms.at(-1).toFixed(0)} ms`)}`,
    );
  }
  const memory = {};
  for (const [side, process] of Object.entries(sides)) {
    memory[side] = Math.round((await process.ask('memory')).peakRssMb);
    process.stop();
  }
  const ms = Object.fromEntries(Object.entries(found).map(([side, values]) => [side, round(median(values))]));
  const peak = Math.max(...peaks);
  return {
    ms,
    rounds: Object.fromEntries(Object.entries(found).map(([side, values]) => [side, values.map((v) => round(v))])),
    ...(ms.torch ? { ratio: round(ms.ours / ms.torch) } : {}),
    ...(ms.torchTunedMalloc ? { ratioTunedMalloc: round(ms.ours / ms.torchTunedMalloc) } : {}),
    gigaflopPerStep: round(gigaflop),
    ...(isOnDevice
      ? { gigaflops: round((gigaflop / ms.ours) * 1000) }
      : { matmulPeakGigaflops: round(peak), shareOfPeak: round(((gigaflop / ms.ours) * 1000) / peak) }),
    peakRssMb: memory,
  };
}

/**
 * Median of the seeds. A unit within rounding of zero is let through by one arithmetic and not by the other, and its gradient with it:
 * `oursSameGates` compares with float64 behind the gates of our run, and `gatesDiffering` is the share that float64 sets otherwise.
 */
async function measureGradients(name) {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-gradients-'));
  const results = [];
  try {
    for (let seed = 1; seed <= seeds; seed += 1) {
      const [mine, theirs] = [ours(name, 'auto', provider), peer(name)];
      await mine.ask('gradients', seed, folder);
      mine.stop();
      results.push(await theirs.ask('gradients', folder));
      theirs.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const of = (side) =>
    Object.fromEntries(
      ['overall', 'worst'].map((kind) => [kind, round(median(results.map((result) => result[side][kind])), 2)]),
    );
  const shares = results.map(({ gatesDiffering }) => gatesDiffering);
  return {
    ours: of('ours'),
    torchFloat32: of('torchFloat32'),
    ...(shares[0] === undefined
      ? {}
      : { oursSameGates: of('oursSameGates'), gatesDiffering: round(median(shares), 2) }),
  };
}

function judge(bar, { ratio, shareOfPeak, peakRssMb, gradientError }) {
  const isWithin = (error) => Object.entries(bar.error).every(([kind, most]) => error[kind] <= most);
  return {
    ...(bar.ratio && ratio ? { ratio: ratio <= bar.ratio } : {}),
    ...(bar.peak && shareOfPeak ? { shareOfPeak: shareOfPeak >= bar.peak } : {}),
    ...(bar.memoryGb && peakRssMb ? { memory: peakRssMb.ours / 1024 <= bar.memoryGb } : {}),
    ...(bar.error && gradientError ? { gradientError: isWithin(gradientError.ours) } : {}),
    ...(bar.error && gradientError?.oursSameGates
      ? { gradientErrorSameGates: isWithin(gradientError.oursSameGates) }
      : {}),
  };
}

const results = {};
for (const name of names) {
  const figures = rounds > 0 ? await measure(name) : {};
  const gradientError = options.python && seeds > 0 && networks[name].error ? await measureGradients(name) : undefined;
  const all = { ...figures, ...(gradientError ? { gradientError } : {}) };
  results[name] = { ...all, bar: networks[name], met: judge(networks[name], all) };
  console.error(`${name}: ${JSON.stringify(results[name].met)}`);
}
console.log(JSON.stringify({ threads: Number(threads), provider, results }));
