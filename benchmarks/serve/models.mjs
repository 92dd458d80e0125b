/** @file For benchmarks of serving: models of usual sizes as bundles hold them. Heads and transformers have drawn weights; work is the same. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openTaskPool } from '@tintype/adapters/children/open-task-pool';
import { appendHead } from '@tintype/autograd/heads/append-head';
import { renderLinearHead } from '@tintype/autograd/heads/linear-head';
import { evaluationMode } from '@tintype/autograd/nn/network';
import { parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { renderInference } from '@tintype/autograd/step/render-inference';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { buildVit } from '@tintype/core/model/architectures/vit';
import { resolveBackbone } from '@tintype/core/model/resolve-backbone';
import { shared } from '../pictures.mjs';

export const mobilenetFile = 'models/mobilenetv2-imagenet-fp32.onnx';
const classes = ['cardboard', 'glass', 'metal', 'paper', 'plastic', 'trash'];
/** The same numbers every time, about normal. */
const draw = (length, scale, at = 0) =>
  Float32Array.from({ length }, (_, n) => scale * Math.sin(12.9898 * (n + at) + 1));

const head = (dimensions) =>
  renderLinearHead({
    mean: new Float32Array(dimensions),
    scale: new Float32Array(dimensions).fill(1),
    weights: draw(classes.length * dimensions, 0.05),
    bias: new Float32Array(classes.length),
  });

/** MobileNetV2 frozen, with a head: what `tintype train --backbone FILE` makes. */
export async function mobilenet() {
  const path = join(shared, mobilenetFile);
  const pool = await openTaskPool({ tasks: '@tintype/core/model/picture-tasks', size: 1 });
  const { backbone, shape } = await resolveBackbone({ pool, hub: undefined }, path);
  await pool[Symbol.asyncDispose]();
  const { dimensions, featureOutput, inputName } = backbone;
  const graph = appendHead(parseOnnx(readFileSync(path)), featureOutput, head(dimensions), { dimensions, shape });
  return { classes, backbone, input: { name: inputName, kind: 'pixels' }, graph: renderOnnx(graph) };
}

/** ViT-B/16 at 224 px: 86 million parameters, 343 MB. */
export function vitBase() {
  const shape = { sizePx: 224, patchPx: 16, width: 768, depth: 12, heads: 12, mlpRatio: 4, epsilon: 1e-6 };
  const build = (batch) => buildVit(shape, { batch, classes: classes.length, mode: evaluationMode });
  const network = build(1);
  const state = new Map(
    network.parameters.map(({ name, value }, n) => {
      const length = value.shape.reduce((product, size) => product * size, 1);
      return [`parameters/${name}`, { shape: value.shape, data: draw(length, 0.02, n) }];
    }),
  );
  const inference = renderInference(build, state);
  const joined = appendHead(inference, 'features', head(shape.width), { dimensions: shape.width, shape: 'flatten' });
  const graph = renderOnnx(joined);
  const backbone = {
    kind: 'network',
    name: basename('vit-base-patch16-224'),
    hash: createHash('sha256').update(graph).digest('hex'),
    preprocessing: preprocessingSchema.parse({ widthPx: 224, heightPx: 224, resize: 'squash' }),
    dimensions: shape.width,
    featureOutput: 'features',
    inputName: 'pixels',
  };
  return { classes, backbone, input: { name: 'pixels', kind: 'pixels' }, graph };
}
