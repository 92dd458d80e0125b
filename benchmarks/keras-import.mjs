/**
 * @file Whether models of keras.applications, brought along, answer as TensorFlow does: largest difference of a logit, relative to the
 * largest logit. Weights are drawn by seed: what is compared is the arithmetic of whole architectures.
 *
 *     node benchmarks/keras-import.mjs --keras PYTHON [NAME...]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { floatsOf, openSession } from '@tintype/autograd/runtime/session';
import { convertKeras } from '@tintype/core/model/formats/keras/convert-keras';
import { openKerasSource } from '@tintype/core/model/formats/keras/open-keras-source';
import { parseArguments } from './pictures.mjs';

const { options, rest } = parseArguments(process.argv.slice(2));
const python = options.keras ?? process.env.TINTYPE_KERAS_PYTHON;
if (!python) {
  console.log(JSON.stringify({ skipped: 'TINTYPE_KERAS_PYTHON names no Python with keras and tensorflow' }));
  process.exit(0);
}
const usual = [
  'MobileNet',
  'MobileNetV2',
  'MobileNetV3Small',
  'EfficientNetB0',
  'EfficientNetV2B0',
  'ResNet50',
  'ResNet50V2',
  'DenseNet121',
  'InceptionV3',
  'Xception',
  'NASNetMobile',
];
const names = rest.length > 0 ? rest : usual;
const sizePx = 96;
const bar = 1e-4;
const folder = mkdtempSync(join(tmpdir(), 'tintype-keras-'));

async function convertAndRun(path, data) {
  const startedAt = performance.now();
  const source = await openKerasSource(path);
  const { graph } = convertKeras(source.model, source);
  source[Symbol.dispose]();
  const durationMs = Math.round(performance.now() - startedAt);
  const session = await openSession(renderOnnx(graph));
  const dims = [2, 3, sizePx, sizePx];
  const outputs = await session.run({ pixels: { type: 'float32', dims, data } }, ['logits']);
  const found = floatsOf(outputs, 'logits').slice();
  await session[Symbol.asyncDispose]();
  return { found, durationMs };
}

try {
  const script = join(import.meta.dirname, 'peers/keras_models.py');
  execFileSync(python, [script, folder, ...names], { stdio: ['ignore', 'ignore', 'ignore'] });
  const pictures = JSON.parse(readFileSync(join(folder, 'pictures.json'), 'utf8'));
  const places = sizePx * sizePx;
  const data = Float32Array.from({ length: pictures.length }, (_, n) => {
    const [picture, rest] = [Math.floor(n / (3 * places)), n % (3 * places)];
    return pictures[picture * 3 * places + (rest % places) * 3 + Math.floor(rest / places)];
  });
  const models = {};
  for (const name of names) {
    const { file, logits } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));
    const { found, durationMs } = await convertAndRun(join(folder, file), data);
    const wanted = logits.flat();
    const largest = Math.max(...wanted.map(Math.abs));
    const difference = Math.max(...wanted.map((value, n) => Math.abs(value - found[n]))) / largest;
    models[name] = { file, difference: Number(difference.toExponential(1)), durationMs };
  }
  const worst = Math.max(...Object.values(models).map(({ difference }) => difference));
  console.log(JSON.stringify({ models, worst, isMet: worst <= bar }));
  process.exitCode = worst <= bar ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true });
}
