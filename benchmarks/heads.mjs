/**
 * @file Accuracy and fit seconds of every head over random folds: `heads.mjs SET... [--heads svm-rbf,forest] [--backbone histograms|pixels]`,
 * and beside each fit, in turn with it, scikit-learn's on the same rows with `--python PYTHON`.
 *
 * Ours choose their hyperparameters inside each training part, as training does: `seconds` holds that search, `fitSeconds` the last fit
 * alone. scikit-learn is given its hyperparameters. Nearest neighbors have no last fit, only the search for k: their time is not judged.
 * Features are kept in a temporary folder between runs.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { headKinds } from '@tintype/contracts/model';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { groupedFolds } from '@tintype/core/catalog/split';
import { loadFeatures } from '@tintype/core/model/feature-cache';
import { computeFeaturesKey } from '@tintype/core/model/features-key';
import { computeAccuracy } from '@tintype/core/model/probabilities';
import { resolveBackbone } from '@tintype/core/model/resolve-backbone';
import { memoryStore } from '@tintype/core/model/testing';
import { heads } from '@tintype/core/train/heads';
import { runHead } from '@tintype/core/train/run-head';
import { selectRows } from '@tintype/core/train/training-set';
import { parseArguments, readPictures, storePictures } from './pictures.mjs';

const seed = 1;
/** Accuracy may fall short of scikit-learn's by this much, and the last fit may take so many times as long. */
const bars = { accuracy: 0.01, times: 3 };

const { options, rest: sets } = parseArguments(process.argv.slice(2));
const kinds = options.heads?.split(',') ?? headKinds;
const folds = 5;
const foldsRun = Number(options.folds ?? folds);
const folder = join(tmpdir(), 'tintype-bench-features');
mkdirSync(folder, { recursive: true });

/** `[N, D]` rows with their truth; extracted once per set and backbone. */
async function loadSet(set, name) {
  const pool = await openTaskPool({ tasks: import.meta.resolve('@tintype/core/model/picture-tasks') });
  try {
    const resolved = await resolveBackbone({ pool, hub: undefined }, name);
    const pictures = readPictures(set);
    const classes = [...new Set(pictures.map((picture) => picture.className))].toSorted((a, b) => (a < b ? -1 : 1));
    const truth = Int32Array.from(pictures, (picture) => classes.indexOf(picture.className));
    const path = join(folder, `${set}-${computeFeaturesKey(resolved.backbone)}.f32`);
    const { dimensions } = resolved.backbone;
    const whole = { path, dimensions, truth, classCount: classes.length, groups: pictures.map((_, n) => String(n)) };
    const known = readRows(path);
    if (known?.length === truth.length * dimensions) return { ...whole, rows: known };
    const store = memoryStore();
    await storePictures(store, pictures);
    const contentHashes = pictures.map((picture) => picture.contentHash);
    const { rows } = await loadFeatures({ store, pool }, { ...resolved, contentHashes, limits });
    writeFileSync(`${path}.part`, rows);
    renameSync(`${path}.part`, path);
    return { ...whole, rows };
  } finally {
    await pool[Symbol.asyncDispose]();
  }
}

function readRows(path) {
  try {
    const bytes = readFileSync(path);
    return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
  } catch {
    return undefined;
  }
}

/** A process of scikit-learn that fits when it is asked: one line of JSON in, one out. */
function openPeer(python) {
  const child = spawn(python, [join(import.meta.dirname, 'peers', 'heads_sklearn.py')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      const { value, done } = await lines.next();
      if (done) throw new Error('the peer ended');
      return JSON.parse(value);
    },
    close: () => child.stdin.end(),
  };
}

async function fitOurs(kind, { fit, held }) {
  let fitStartedAt = performance.now();
  const startedAt = fitStartedAt;
  const onProgress = ({ note = '' }) => {
    if (note.endsWith('on the whole training split')) fitStartedAt = performance.now();
  };
  const head = await heads[kind](fit, { seed, classWeights: 'none', onProgress });
  const endedAt = performance.now();
  const model = head.render(1);
  const { logits } = await runHead(model, held);
  return {
    accuracy: computeAccuracy(logits, held.truth, held.classCount),
    seconds: (endedAt - startedAt) / 1000,
    fitSeconds: (endedAt - fitStartedAt) / 1000,
    megabytes: renderOnnx(model).length / 1e6,
    hyperparameters: head.hyperparameters,
  };
}

async function measure(set, kind, whole, peer) {
  const described = whole.groups.map((group, n) => ({ sampleId: group, className: String(whole.truth[n]), group }));
  const foldOf = groupedFolds(described, { folds, seed });
  const ours = [];
  const theirs = [];
  for (let fold = 0; fold < foldsRun; fold += 1) {
    const positions = [...foldOf.keys()];
    const parts = {
      fit: positions.filter((n) => foldOf[n] !== fold),
      held: positions.filter((n) => foldOf[n] === fold),
    };
    const { path, dimensions } = whole;
    ours.push(await fitOurs(kind, { fit: selectRows(whole, parts.fit), held: selectRows(whole, parts.held) }));
    const { hyperparameters } = ours.at(-1);
    if (peer)
      theirs.push(await peer.ask({ kind, path, dimensions, truth: [...whole.truth], ...parts, hyperparameters, seed }));
    console.error(`${set} ${kind} fold ${fold}: ${JSON.stringify(ours.at(-1))} ${JSON.stringify(theirs.at(-1) ?? '')}`);
  }
  const result = {
    set,
    head: kind,
    accuracy: round(mean(ours, 'accuracy'), 4),
    seconds: round(mean(ours, 'seconds'), 2),
    fitSeconds: round(mean(ours, 'fitSeconds'), 2),
    megabytes: round(mean(ours, 'megabytes'), 1),
  };
  if (theirs.length === 0 || theirs[0].accuracy === undefined) return result;
  const [accuracy, fitSeconds] = [mean(theirs, 'accuracy'), mean(theirs, 'seconds')];
  return {
    ...result,
    sklearn: { accuracy: round(accuracy, 4), fitSeconds: round(fitSeconds, 2) },
    points: round(100 * (result.accuracy - accuracy), 1),
    times: round(result.fitSeconds / fitSeconds, 2),
    met:
      result.accuracy >= accuracy - bars.accuracy && (kind === 'knn' || result.fitSeconds <= bars.times * fitSeconds),
  };
}

const mean = (list, key) => list.reduce((sum, one) => sum + one[key], 0) / list.length;
const round = (value, digits) => Math.round(value * 10 ** digits) / 10 ** digits;

const peer = options.python ? openPeer(options.python) : undefined;
const results = [];
try {
  for (const set of sets) {
    const whole = await loadSet(set, options.backbone ?? 'histograms');
    for (const kind of kinds) results.push(await measure(set, kind, whole, peer));
  }
} finally {
  peer?.close();
}
console.log(JSON.stringify({ seed, folds: foldsRun, results, met: results.every((result) => result.met !== false) }));
