/**
 * @file Whether transformers loads what we save: a ViT-Tiny trained here for some steps, saved in Hugging Face layout, read in Python by
 * `from_pretrained`; largest difference of a logit.
 *
 *     node benchmarks/hugging-face.mjs --python PYTHON
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluationMode, trainingMode } from '@tintype/autograd/nn/network';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { adamw } from '@tintype/autograd/optimize/adamw';
import { createRandom } from '@tintype/autograd/random';
import { floatsOf, openSession } from '@tintype/autograd/runtime/session';
import { renderInference } from '@tintype/autograd/step/render-inference';
import { openTrainStep } from '@tintype/autograd/step/train-step';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { buildVit } from '@tintype/core/model/architectures/vit';
import { renderHuggingFaceVit } from '@tintype/core/model/formats/hugging-face/save-vit';
import { parseArguments } from './pictures.mjs';

const { python = process.env.TINTYPE_PEER_PYTHON } = parseArguments(process.argv.slice(2)).options;
if (!python) {
  console.log(JSON.stringify({ skipped: 'TINTYPE_PEER_PYTHON names no Python with transformers' }));
  process.exit(0);
}
const bar = 1e-4;
const classNames = ['cat', 'dog', 'red panda'];
const classes = classNames.length;
const sizePx = 224;
const tiny = { sizePx, patchPx: 16, width: 192, depth: 12, heads: 3, mlpRatio: 4, epsilon: 1e-6 };
const random = createRandom('pictures');
const draw = (count) => Float32Array.from({ length: count }, () => 2 * random() - 1);

async function trainAndSave(family, shape, folder) {
  const [batch, steps] = [2, 4];
  const network = buildVit(shape, { batch, classes, mode: trainingMode });
  const step = await openTrainStep(
    { network, optimizer: adamw({}), weightDecay: 0.05, labelSmoothing: 0 },
    { seed: 1 },
  );
  const targets = Float32Array.of(1, 0, 0, 0, 0, 1);
  for (let n = 0; n < steps; n += 1)
    await step.run({ x: draw(batch * 3 * sizePx * sizePx), targets }, { learningRate: 1e-3, maskSeed: n });
  const state = await step.read();
  await step[Symbol.asyncDispose]();

  const preprocessing = preprocessingSchema.parse({ widthPx: sizePx, heightPx: sizePx });
  const { files } = renderHuggingFaceVit({ family, shape, state, classes: classNames, preprocessing });
  for (const [name, bytes] of files) writeFileSync(join(folder, name), bytes);
  const x = draw(batch * 3 * sizePx * sizePx);
  writeFileSync(join(folder, 'pixels.bin'), x);
  const model = renderInference((count) => buildVit(shape, { batch: count, classes, mode: evaluationMode }), state);
  const session = await openSession(renderOnnx(model));
  const outputs = await session.run({ pixels: { type: 'float32', dims: [batch, 3, sizePx, sizePx], data: x } }, [
    'logits',
  ]);
  const logits = [...floatsOf(outputs, 'logits')];
  await session[Symbol.asyncDispose]();
  return logits;
}

const results = {};
for (const [family, shape] of [
  ['vit', tiny],
  ['dinov2', { ...tiny, patchPx: 14, layerScale: 1 }],
]) {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-hugging-face-'));
  try {
    const logits = await trainAndSave(family, shape, folder);
    const script = join(import.meta.dirname, 'peers/hugging_face.py');
    const output = execFileSync(python, [script, folder], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
    const theirs = JSON.parse(output.trim().split('\n').at(-1));
    const difference = Math.max(...logits.map((value, n) => Math.abs(value - theirs.logits[n])));
    const labels = JSON.stringify(theirs.labels) === JSON.stringify(classNames);
    results[family] = {
      model: theirs.model,
      difference,
      largest: Math.max(...logits.map(Math.abs)),
      labels,
      unexpected: theirs.unexpected,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
const isMet = Object.values(results).every(
  ({ difference, labels, unexpected }) => difference <= bar && labels && !unexpected,
);
console.log(JSON.stringify({ results, isMet }));
process.exitCode = isMet ? 0 : 1;
