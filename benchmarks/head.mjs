/** @file Logistic regression on made-up features, 10,000 x 384, 10 classes: milliseconds to convergence, and beside it scikit-learn with `--python PYTHON`. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fitLinearClassifier } from '@tintype/autograd/fit/linear-classifier';

const { python, repeats } = parseArgs({
  options: { python: { type: 'string' }, repeats: { type: 'string', default: '7' } },
}).values;
const [rows, dimensions, classCount, l2] = [10_000, 384, 10, 1e-4];

/** Numerical Recipes' linear congruential generator; uniform in [0, 1). */
let state = 1;
function uniform() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32;
}

/** Features near normal; classes drawn from a true softmax model, so that the best loss is far from 0. */
function makeData() {
  const truth = Float64Array.from({ length: classCount * dimensions }, () => (uniform() - 0.5) * 0.35);
  const features = new Float32Array(rows * dimensions);
  const classIndices = new Int32Array(rows);
  for (let n = 0; n < rows; n += 1) {
    const scores = Array.from({ length: classCount }, () => -Math.log(-Math.log(uniform() * 0.999998 + 1e-6)));
    for (let d = 0; d < dimensions; d += 1) {
      const x = (uniform() + uniform() + uniform() + uniform() - 2) * 1.732;
      features[n * dimensions + d] = x;
      for (let k = 0; k < classCount; k += 1) scores[k] += x * truth[k * dimensions + d];
    }
    classIndices[n] = scores.indexOf(Math.max(...scores));
  }
  return { features, classIndices };
}

/** The loss in float64, so that it says how good the weights are and not how precise float32 sums are. */
function computeLoss({ features, classIndices }, { weights, bias }) {
  let loss = 0;
  for (let n = 0; n < rows; n += 1) {
    const scores = Array.from(bias, (score, k) => {
      for (let d = 0; d < dimensions; d += 1) score += weights[k * dimensions + d] * features[n * dimensions + d];
      return score;
    });
    const maximum = Math.max(...scores);
    const sum = scores.reduce((total, score) => total + Math.exp(score - maximum), 0);
    loss -= (scores[classIndices[n]] - maximum - Math.log(sum)) / rows;
  }
  return loss + (l2 / 2) * weights.reduce((sum, weight) => sum + weight * weight, 0);
}

function runPeer({ features, classIndices }) {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-head-'));
  try {
    writeFileSync(join(folder, 'features.f32'), features);
    writeFileSync(join(folder, 'classes.i32'), classIndices);
    const script = join(import.meta.dirname, 'peers', 'head_sklearn.py');
    return JSON.parse(execFileSync(python, [script, folder, `${dimensions}`, `${l2}`, repeats], { encoding: 'utf8' }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const data = makeData();
const times = [];
let fit;
for (let run = 0; run < Number(repeats); run += 1) {
  const startedAt = performance.now();
  fit = await fitLinearClassifier({ ...data, loss: 'crossEntropy', classCount, l2 });
  times.push(performance.now() - startedAt);
}
const [first] = times;
const sorted = times.toSorted((a, b) => a - b);
const result = {
  ms: Math.round(sorted[sorted.length >> 1]),
  minMs: Math.round(sorted[0]),
  firstMs: Math.round(first),
  loss: computeLoss(data, fit),
  iterations: fit.iterations,
  evaluations: fit.evaluations,
  converged: fit.converged,
};
if (python) {
  result.sklearn = runPeer(data);
  result.msRatio = Math.round((result.ms / result.sklearn.ms) * 100) / 100;
  result.lossDifference = result.loss - result.sklearn.loss;
}
console.log(JSON.stringify(result));
