/**
 * @file Pictures per second of feature extraction, beside the best bare arrangement of decoding and `session.run`, and Python.
 *
 * `features.mjs [--pictures 1000] [--rounds 3] [--python FILE]`. All ways take turns on the same pictures; the median of the rounds
 * counts; processor time is given beside it, since it says more on a busy machine. Processes are started and warm before the clock runs; ours includes opening the model in its children.
 */
import { execFileSync, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { loadFeatures } from '@tintype/core/model/feature-cache';
import { resolveBackbone } from '@tintype/core/model/resolve-backbone';
import { memoryStore } from '@tintype/core/model/testing';
import { parseArguments, readPictures, shared, storePictures } from './pictures.mjs';

const { options } = parseArguments(process.argv.slice(2));
const model = join(shared, 'models/mobilenetv2-imagenet-fp32.onnx');
const pictures = readPictures('recyclables', { most: Number(options.pictures ?? 1000) });
const cores = availableParallelism();
const folder = mkdtempSync(join(tmpdir(), 'tintype-features-'));
const list = join(folder, 'list.txt');
writeFileSync(list, pictures.map(({ path }) => join(shared, 'data/recyclables', path)).join('\n'));

const ways = {
  ours,
  [`bare, ${cores} processes x 1 thread`]: () => bare({ processes: cores, threads: 1 }),
  [`bare, 1 process x ${cores} threads`]: () => bare({ processes: 1, threads: cores }),
  ...(options.python ? { [`python, ${cores} processes x 1 thread`]: python } : {}),
};

async function ours() {
  const pool = await openTaskPool({ tasks: import.meta.resolve('@tintype/core/model/picture-tasks'), size: cores });
  try {
    const store = memoryStore();
    await storePictures(store, pictures);
    const resolved = await resolveBackbone({ pool, hub: undefined }, model);
    await loadFeatures({ store, pool }, request(resolved, pictures.slice(0, 10)));
    for (const key of store.objects.keys()) if (key.startsWith('embeddings/')) store.objects.delete(key);
    const [startedAt, before] = [performance.now(), processorMs()];
    await loadFeatures({ store, pool }, request(resolved, pictures));
    return { rate: rate(startedAt), cpuMs: (processorMs() - before) / pictures.length };
  } finally {
    await pool[Symbol.asyncDispose]();
  }
}

function request(resolved, some) {
  return { ...resolved, contentHashes: some.map((picture) => picture.contentHash), limits };
}

/** Of this process and its children; NaN where the system does not say. */
function processorMs() {
  const { user, system } = process.cpuUsage();
  try {
    const ofChildren = readdirSync('/proc').flatMap((id) => {
      if (!/^\d+$/.test(id) || !existsSync(`/proc/${id}/stat`)) return [];
      const fields = readFileSync(`/proc/${id}/stat`, 'utf8').split(') ').at(-1).split(' ');
      return fields[1] === String(process.pid) ? [(Number(fields[11]) + Number(fields[12])) * 10] : [];
    });
    return (user + system) / 1000 + ofChildren.reduce((sum, ms) => sum + ms, 0);
  } catch {
    return Number.NaN;
  }
}

async function bare({ processes, threads }) {
  const children = Array.from({ length: processes }, (_, part) =>
    fork(join(import.meta.dirname, 'peers/features-bare.mjs'), [list, model, threads, part, processes].map(String)),
  );
  const heard = (isIt) =>
    Promise.all(
      children.map(
        (child) =>
          new Promise((resolve, reject) => {
            child.once('exit', (code) => reject(new Error(`a bare process ended with ${code}`)));
            child.on('message', (message) => isIt(message) && resolve(message));
          }),
      ),
    );
  await heard((message) => message === 'ready');
  const startedAt = performance.now();
  const done = heard((message) => message.cpuMs !== undefined);
  for (const child of children) child.send('go');
  const used = await done;
  const cpuMs = used.reduce((sum, message) => sum + message.cpuMs, 0) / pictures.length;
  const result = { rate: rate(startedAt), cpuMs };
  for (const child of children) child.removeAllListeners('exit').kill();
  return result;
}

async function python() {
  const script = join(import.meta.dirname, 'peers/features_pillow.py');
  return JSON.parse(execFileSync(options.python, [script, list, model, String(cores)], { encoding: 'utf8' }));
}

const rate = (since) => pictures.length / ((performance.now() - since) / 1000);
const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];
const round = (value) => Math.round(value * 100) / 100;

const rates = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
const processor = Object.fromEntries(Object.keys(ways).map((name) => [name, []]));
try {
  for (let turn = 0; turn < Number(options.rounds ?? 3); turn += 1)
    for (const [name, run] of Object.entries(ways)) {
      const { rate: found, cpuMs } = await run();
      rates[name].push(round(found));
      processor[name].push(round(cpuMs));
      console.error(`${name}: ${round(found)} pictures/s, ${round(cpuMs)} ms of processor a picture`);
    }
} finally {
  rmSync(folder, { recursive: true });
}
const medians = Object.fromEntries(Object.entries(rates).map(([name, values]) => [name, median(values)]));
const bestBare = Math.max(
  ...Object.entries(medians).flatMap(([name, value]) => (name.startsWith('bare') ? [value] : [])),
);
const [, pythonRate] = Object.entries(medians).find(([name]) => name.startsWith('python')) ?? [];
const ofBare = round(medians.ours / bestBare);
console.log(
  JSON.stringify({
    pictures: pictures.length,
    picturesPerSecond: rates,
    medians,
    cpuMsPerPicture: processor,
    ofBestBare: ofBare,
    bar: 0.85,
    met: ofBare >= 0.85,
    ...(pythonRate === undefined ? {} : { ofPython: round(medians.ours / pythonRate) }),
  }),
);
