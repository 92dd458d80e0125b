/** @file Training that starts from Hugging Face's weights: they arrive in the network, and those of another one are refused. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { openRunFolders } from '@tintype/adapters/runs/open-run-folders';
import { openFileStore } from '@tintype/adapters/store/open-file-store';
import { evaluationMode } from '@tintype/autograd/nn/network';
import { parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { createRandom } from '@tintype/autograd/random';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { type ArchitectureName, trainOptionsSchema } from '@tintype/contracts/train';
import sharp from 'sharp';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { architectures } from '../model/architectures/architectures.ts';
import { findVitInGraph } from '../model/formats/hugging-face/find-vit.ts';
import { renderHuggingFaceVit } from '../model/formats/hugging-face/save-vit.ts';
import type { FloatTensor } from '../model/formats/read-safetensors.ts';
import { tasks } from '../model/picture-tasks.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool } from '../model/testing.ts';
import { loadStartWeights } from './network/start-weights.ts';
import { fillDataset, inProcessTrainer, stripes, type TestPicture } from './testing.ts';
import { trainNetwork } from './train-network.ts';
import { tasks as trainerTasks } from './trainer-tasks.ts';

const hub = { fetchFile: () => Promise.reject(new Error('no hub')), findFile: async () => undefined };
const [sizePx, fromPx] = [32, 48];
const classes = ['across', 'along'];
let folder: string;
let state: Map<string, FloatTensor>;

/** A ViT-Tiny for pictures of 48 pixels with a classifier for our classes, as Hugging Face keeps it. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-start-weights-'));
  const network = architectures['vit-tiny'].build({ batch: 1, classes: 2, sizePx: fromPx, mode: evaluationMode });
  const random = createRandom('weights');
  state = new Map(
    network.parameters.map(({ name, value, initialize }) => [
      `parameters/${name}`,
      { shape: value.shape, data: initialize(random) },
    ]),
  );
  const { files } = renderHuggingFaceVit({
    family: 'vit',
    shape: { sizePx: fromPx, patchPx: 16, width: 192, depth: 12, heads: 3 },
    state,
    classes,
    preprocessing: preprocessingSchema.parse({ widthPx: fromPx, heightPx: fromPx, interpolation: 'cubic' }),
  });
  await mkdir(join(folder, 'weights'));
  for (const [name, bytes] of files) await writeFile(join(folder, 'weights', name), bytes);
});
afterAll(() => rm(folder, { recursive: true }));

const load = (name: ArchitectureName) =>
  loadStartWeights({ hub }, join(folder, 'weights'), { architecture: architectures[name], sizePx });

test('weights that fit come with their preprocessing, positions resized', async () => {
  const loaded = await load('vit-tiny');

  expect(loaded.state.get('parameters/pos_embed')?.shape).toEqual([1, 1 + 4, 192]);
  expect(loaded.preprocessing).toMatchObject({ widthPx: sizePx, interpolation: 'cubic' });
});

test('weights of another network are refused, and say what they are', async () => {
  await expect(load('vit-small')).rejects.toMatchObject({
    code: 'MODEL_FILE_INVALID',
    message: expect.stringContaining('a vit of 12 blocks, 192 channels and 3 heads on patches of 16 pixels') as string,
  });
  await expect(load('resnet-18')).rejects.toMatchObject({ code: 'USAGE_INVALID' });
});

test('a head trained on them leaves everything before it as it was', async () => {
  await using catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  const store = await openFileStore({ folder: join(folder, 'store') });
  const pool = inProcessPool<PictureTasks>(tasks);
  await fillDataset({ catalog, store, pool }, 'stripes', await somePictures());
  const trainer = inProcessTrainer(trainerTasks);
  const runFolders = openRunFolders({ folder: join(folder, 'runs'), clock });
  const options = { architecture: 'vit-tiny', weights: join(folder, 'weights'), train: 'head', epochs: 1, warmup: 0 };
  const request = trainOptionsSchema.parse({
    dataset: 'stripes',
    ...options,
    sizePx,
    batch: 8,
    threads: 1,
    augment: 'none',
  });

  const run = await trainNetwork({ catalog, store, pool, clock, hub, trainer, runFolders }, { ...request, limits });

  const trained = findVitInGraph(parseOnnx(run.graph), sizePx)?.state;
  const name = 'parameters/blocks.7.attn.qkv.weight';
  expect(trained?.get(name)?.data).toEqual(state.get(name)?.data);
  expect(trained?.get('parameters/head.weight')?.data).not.toEqual(state.get('parameters/head.weight')?.data);
  expect(run.backbone).toMatchObject({ name: 'vit-tiny from weights', preprocessing: { interpolation: 'cubic' } });
});

async function somePictures(): Promise<TestPicture[]> {
  const raw = { width: 32, height: 32, channels: 3 } as const;
  const pictures: TestPicture[] = [];
  for (const [k, className] of classes.entries())
    for (let n = 0; n < 12; n += 1)
      pictures.push({
        path: `${className}/${className}${n * 100}.png`,
        className,
        bytes: await sharp(stripes(k, n), { raw }).png().toBuffer(),
      });
  return pictures;
}
