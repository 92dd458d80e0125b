/**
 * @file ViT-B/16 with seeded random weights, for speed alone: in Hugging Face's layout, as a bundle, and as a light bundle. The three hold the
 * same weights.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { evaluationMode } from '@tintype/autograd/nn/network';
import { createRandom } from '@tintype/autograd/random';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { buildVit } from '@tintype/core/model/architectures/vit';
import { renderBundle } from '@tintype/core/model/bundle';
import { renderHuggingFaceVit } from '@tintype/core/model/formats/hugging-face/save-vit';
import { tasks } from '@tintype/core/model/light/light-tasks';

const sizePx = 224;
const shape = { sizePx, patchPx: 16, width: 768, depth: 12, heads: 12, mlpRatio: 4, epsilon: 1e-12 };
export const classes = ['one', 'two'];
const preprocessing = preprocessingSchema.parse({ widthPx: sizePx, heightPx: sizePx });

function randomState() {
  const random = createRandom('vit-b');
  // Six uniform numbers have nearly a normal sum, of deviation sqrt(6 / 12).
  const normal = () => (0.02 / Math.SQRT1_2) * (random() + random() + random() + random() + random() + random() - 3);
  const network = buildVit(shape, { batch: 1, classes: classes.length, mode: evaluationMode });
  return new Map(
    network.parameters.map(({ name, value }) => {
      const length = value.shape.reduce((product, size) => product * size, 1);
      const fill = /norm\d?\.weight$/.test(name) ? 1 : name.endsWith('bias') ? 0 : undefined;
      const data = fill === undefined ? Float32Array.from({ length }, normal) : new Float32Array(length).fill(fill);
      return [`parameters/${name}`, { shape: value.shape, data }];
    }),
  );
}

const backbone = {
  kind: 'network',
  name: 'vit-base-patch16-224',
  hash: 'random',
  preprocessing,
  dimensions: shape.width,
  inputName: 'pixels',
};
const input = { name: 'pixels', kind: 'pixels' };

function toBundle(graph) {
  return renderBundle({
    manifest: {
      model: 'vit',
      classes,
      backbone,
      input,
      head: { kind: 'linear', hyperparameters: {} },
      calibration: { method: 'temperature', temperature: 1 },
      snapshot: null,
      run: null,
      seed: 1,
      metrics: null,
      createdAt: 1,
      versions: {},
    },
    graph,
    parity: { tolerance: 0, samples: [] },
    card: '# vit\n',
  });
}

/** Writes below `folder`: `hugging-face/`, and a folder for each bundle, which is given with its hash, files and `model` as `publishModel` takes it. */
export async function makeVit(folder) {
  const huggingFace = join(folder, 'hugging-face');
  await mkdir(huggingFace);
  const { files } = renderHuggingFaceVit({ family: 'vit', shape, state: randomState(), classes, preprocessing });
  for (const [name, bytes] of files) await writeFile(join(huggingFace, name), bytes);
  const fp32 = await writeBundle(folder, await tasks.readHuggingFace({ folder: huggingFace, sizePx }));
  const int8 = await writeBundle(folder, await tasks.rewrite({ ...fp32, method: 'int8-dynamic' }));
  return { huggingFace, fp32, int8 };
}

async function writeBundle(folder, graph) {
  const bundle = toBundle(graph);
  const target = join(folder, bundle.bundleHash);
  await mkdir(target);
  for (const [name, content] of bundle.files) await writeFile(join(target, name), content);
  return {
    ...bundle,
    folder: target,
    graphPath: join(target, 'model.onnx'),
    model: { classes, backbone, input, graph },
  };
}
