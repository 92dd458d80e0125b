/** @file A Hugging Face ViT or DINOv2 as weights of our own vision transformer. Files may be hostile: they are parsed, never run. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import type { BackboneHub } from '../../../ports/backbone-hub.ts';
import type { VitShape } from '../../architectures/vit.ts';
import { isHubName, parseHubName } from '../../hub-name.ts';
import { parseHuggingFacePreprocessing } from '../../preprocessing-files.ts';
import { invalidFile, ModelRefusal, refuseIn } from '../model-file-error.ts';
import { type FloatTensor, type OpenSafetensors, openSafetensors } from '../read-safetensors.ts';
import { resizePositions } from './resize-positions.ts';
import { parseVitConfig, type VitConfig, type VitFamily } from './vit-config.ts';
import { listNames } from './vit-names.ts';

export interface LoadedVit {
  family: VitFamily;
  /** With the size that was asked for. */
  shape: VitShape;
  /** `parameters/NAME`, the classifier's included where there is one that fits this network. */
  state: Map<string, FloatTensor>;
  /** Of the classifier, in order. */
  classes?: readonly string[];
  preprocessing?: Preprocessing;
  /** SHA-256 of the weights' file. */
  hash: string;
  license?: string;
  /** As people name it. */
  name: string;
  notices: readonly string[];
}

const weightsFile = 'model.safetensors';

/**
 * `source` is a folder, its model.safetensors, or `hub:ORG/REPO[@REVISION]`. `sizePx` is the pictures' side, by default the model's own;
 * positions are resized for it once, as transformers does. Throws MODEL_FILE_INVALID, USAGE_INVALID and what the hub throws.
 */
export async function loadHuggingFaceVit(
  { hub }: { hub: BackboneHub },
  source: string,
  { sizePx, signal }: { sizePx?: number; signal?: AbortSignal } = {},
): Promise<LoadedVit> {
  const located = isHubName(source) ? await locateOnHub(hub, source, signal) : await locateFile(source);
  const { name, weightsPath, license, readSide } = located;
  return refuseIn(name, async () => {
    const configText = await readSide('config.json');
    if (configText === undefined) throw new ModelRefusal('there is no config.json beside it');
    const config = parseVitConfig(configText);
    const shape = { ...config.shape, sizePx: sizePx ?? config.shape.sizePx };
    if (shape.sizePx % shape.patchPx !== 0)
      throw new ModelRefusal(`pictures of ${shape.sizePx} pixels do not divide into patches of ${shape.patchPx}`);
    await using opened = await openSafetensors(weightsPath);
    const { state, hasHead } = await readState(opened, { ...config, shape });
    const stated = parsePreprocessing(await readSide('preprocessor_config.json'), shape.sizePx);
    const hasOtherHead = !hasHead && opened.tensors.has('classifier.weight');
    return {
      family: config.family,
      shape,
      state,
      ...(hasHead && config.classes ? { classes: config.classes } : {}),
      ...(stated ? { preprocessing: stated } : {}),
      hash: await hashFile(weightsPath),
      ...(license === undefined ? {} : { license }),
      name,
      notices: hasOtherHead
        ? [`The classifier of ${name} also reads the mean of all patches, which ours does not: a new one is trained.`]
        : [],
    };
  });
}

interface Located {
  name: string;
  weightsPath: string;
  license?: string;
  readSide: (file: string) => Promise<string | undefined>;
}

async function locateFile(source: string): Promise<Located> {
  const path = resolve(source);
  const status = await stat(path).catch((error: NodeJS.ErrnoException) => {
    throw invalidFile(
      basename(path),
      error.code === 'ENOENT' ? 'it does not exist' : `it cannot be read (${error.code})`,
    );
  });
  const folder = status.isDirectory() ? path : dirname(path);
  return {
    name: basename(path),
    weightsPath: status.isDirectory() ? join(path, weightsFile) : path,
    readSide: (file) => readFile(join(folder, file), 'utf8').catch(() => undefined),
  };
}

async function locateOnHub(hub: BackboneHub, source: string, signal: AbortSignal | undefined): Promise<Located> {
  const named = parseHubName(source);
  if (!named || named.file !== undefined) throw invalidFile(source, 'it must be hub:ORG/REPO or hub:ORG/REPO@REVISION');
  const { repository } = named;
  const reference = { ...named, file: weightsFile };
  const found = await hub.fetchFile(reference, signal ? { signal } : {});
  return {
    name: `hub:${repository}@${found.revision}`,
    weightsPath: found.path,
    ...(found.license === undefined ? {} : { license: found.license }),
    readSide: async (file) => {
      const side = await hub.findFile({ repository, revision: found.revision, file });
      return side && readFile(side.path, 'utf8');
    },
  };
}

/** Names may begin with the family's, as those of whole models do, or not. */
async function readState(opened: OpenSafetensors, { family, shape }: VitConfig) {
  const prefix = opened.tensors.has(`${family}.embeddings.cls_token`) ? `${family}.` : '';
  const shapes = expectedShapes(shape);
  const state = new Map<string, FloatTensor>();
  for (const { ours, theirs } of listNames(family, shape)) {
    const parts: FloatTensor[] = [];
    for (const name of theirs) parts.push(await readPart(opened, `${prefix}${name}`, shape));
    const whole = ours === 'pos_embed' ? resizeChecked(parts[0] as FloatTensor, shape) : stack(parts);
    assertShape(ours, whole, shapes);
    state.set(`parameters/${ours}`, whole);
  }
  const head = opened.tensors.get('classifier.weight');
  const hasHead = head?.shape.length === 2 && head.shape[1] === shape.width && opened.tensors.has('classifier.bias');
  if (hasHead)
    for (const kind of ['weight', 'bias'])
      state.set(`parameters/head.${kind}`, await opened.read(`classifier.${kind}`));
  return { state, hasHead };
}

/** Models made without biases in their attention have none for query, key and value. */
async function readPart(opened: OpenSafetensors, name: string, { width }: VitShape): Promise<FloatTensor> {
  const isMissingBias = !opened.tensors.has(name) && /\.attention\.attention\.\w+\.bias$/.test(name);
  return isMissingBias ? { shape: [width], data: new Float32Array(width) } : opened.read(name);
}

function resizeChecked(positions: FloatTensor, { sizePx, patchPx, width }: VitShape): FloatTensor {
  const [one, tokens = 0, channels] = positions.shape;
  const side = Math.sqrt(tokens - 1);
  if (one !== 1 || channels !== width || !Number.isInteger(side) || side < 1)
    throw new ModelRefusal(`its positions are [${positions.shape.join(', ')}], not of a square and a class token`);
  return resizePositions(positions, sizePx / patchPx);
}

function stack(parts: readonly FloatTensor[]): FloatTensor {
  const [first] = parts as [FloatTensor];
  if (parts.length === 1) return first;
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data, at);
    at += part.data.length;
  }
  return { shape: [parts.reduce((sum, { shape }) => sum + (shape[0] ?? 0), 0), ...first.shape.slice(1)], data };
}

/** By the end of our name; a factor per channel where nothing is said. */
function expectedShapes({ width, patchPx, sizePx, mlpRatio = 4 }: VitShape): ReadonlyMap<string, readonly number[]> {
  const hidden = Math.round(width * mlpRatio);
  return new Map([
    ['cls_token', [1, 1, width]],
    ['pos_embed', [1, 1 + (sizePx / patchPx) ** 2, width]],
    ['patch_embed.proj.weight', [width, 3, patchPx, patchPx]],
    ['attn.qkv.weight', [3 * width, width]],
    ['attn.qkv.bias', [3 * width]],
    ['attn.proj.weight', [width, width]],
    ['mlp.fc1.weight', [hidden, width]],
    ['mlp.fc1.bias', [hidden]],
    ['mlp.fc2.weight', [width, hidden]],
    ['', [width]],
  ]);
}

function assertShape(name: string, { shape }: FloatTensor, shapes: ReadonlyMap<string, readonly number[]>): void {
  const [, expected = []] = [...shapes].find(([end]) => name.endsWith(end)) ?? [];
  if (shape.join() !== expected.join())
    throw new ModelRefusal(
      `its "${name}" is [${shape.join(', ')}], but its config.json makes it [${expected.join(', ')}]`,
    );
}

function parsePreprocessing(text: string | undefined, sizePx: number): Preprocessing | undefined {
  if (text === undefined) return undefined;
  const stated = parseHuggingFacePreprocessing(text);
  if ('problem' in stated) throw new ModelRefusal(`its preprocessor_config.json is not usable (${stated.problem})`);
  return { ...stated.preprocessing, widthPx: sizePx, heightPx: sizePx };
}

async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Uint8Array);
  return hash.digest('hex');
}
