/** @file What `--backbone` means: built-in histograms or pixels, an ONNX file, or a file of a hub; with its preprocessing, hash and size. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { findFeatureOutput, listInputs, listOutputs, type OnnxEnd } from '@tintype/autograd/onnx/edit-onnx';
import { OnnxError, type OnnxModel, parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { TintypeError } from '@tintype/contracts/errors';
import type { Backbone } from '@tintype/contracts/model';
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import type { BackboneHub } from '../ports/backbone-hub.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { histogramBackbone } from './histogram-backbone.ts';
import { isHubName, parseHubName } from './hub-name.ts';
import type { FeatureShape } from './onnx-features.ts';
import type { PictureTasks } from './picture-tasks.types.ts';
import { parsePixelBackbone } from './pixel-backbone.ts';
import {
  defaultPreprocessing,
  type InputSize,
  parseHuggingFacePreprocessing,
  parseOwnPreprocessing,
  parseTimmPreprocessing,
  type StatedPreprocessing,
} from './preprocessing-files.ts';

/** The hash of a file that holds a backbone, and what its input and features are called there. */
export type BackboneWithin = Pick<Backbone, 'hash' | 'inputName' | 'featureOutput'>;

export interface ResolvedBackbone {
  backbone: Backbone;
  /** The ONNX file; absent for what is built in. */
  modelPath?: string;
  /** Where that file is a bundle's graph, which holds the backbone and more. */
  within?: BackboneWithin;
  /** How a picture's features are read from the feature output. */
  shape: FeatureShape;
  /** What was assumed because nothing stated it: sentences for a person. */
  notices: readonly string[];
}

export interface ResolveOptions {
  /** Takes the place of what side files state. */
  preprocessing?: Partial<Preprocessing>;
  onProgress?: (doneBytes: number, totalBytes: number) => void;
  signal?: AbortSignal;
}

const float32 = 1;
const usualSizePx = 224;
const openDeadlineMs = 30_000;

/** Throws BACKBONE_UNKNOWN, BACKBONE_INVALID, ONNX_INVALID and what the hub throws. */
export async function resolveBackbone(
  needs: { hub: BackboneHub; pool: TaskPool<PictureTasks> },
  name: string,
  options: ResolveOptions = {},
): Promise<ResolvedBackbone> {
  const builtIn = name === 'histograms' ? histogramBackbone : parsePixelBackbone(name);
  if (builtIn) return { backbone: builtIn, shape: 'flatten', notices: [] };
  const located = isHubName(name)
    ? await locateOnHub(needs.hub, name, options)
    : name.toLowerCase().endsWith('.onnx')
      ? await locateFile(name)
      : unknown(name);
  return inspect(needs.pool, located, options);
}

interface LocatedModel {
  name: string;
  path: string;
  bytes: Uint8Array;
  license?: string;
  /** Text of a side file, or undefined where there is none. */
  findSideFile(kind: keyof typeof sideFiles): Promise<string | undefined>;
}

/** Side files in order of authority. timm's config.json is looked at last: other libraries use the name for other things. */
const sideFiles = {
  own: parseOwnPreprocessing,
  'preprocessor_config.json': parseHuggingFacePreprocessing,
  'config.json': parseTimmPreprocessing,
} satisfies Record<string, (text: string) => StatedPreprocessing | undefined>;

async function locateFile(name: string): Promise<LocatedModel> {
  const path = resolve(name);
  const bytes = await readFile(path).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return unknown(name);
    throw invalid(name, `it cannot be read (${error.code})`, error);
  });
  const folder = dirname(path);
  const folders = basename(folder) === 'onnx' ? [folder, dirname(folder)] : [folder];
  return {
    name: basename(path),
    path,
    bytes,
    findSideFile: async (kind) => {
      const candidates = kind === 'own' ? [ownSideFile(path)] : folders.map((f) => join(f, kind));
      for (const candidate of candidates) {
        const text = await readFile(candidate, 'utf8').catch(() => undefined);
        if (text !== undefined) return text;
      }
      return undefined;
    },
  };
}

async function locateOnHub(hub: BackboneHub, name: string, options: ResolveOptions): Promise<LocatedModel> {
  const reference = parseHubName(name);
  if (!reference) return unknown(name);
  const { repository, file } = reference;
  const { onProgress, signal } = options;
  const found = await hub.fetchFile(reference, {
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  });
  return {
    name: `hub:${repository}${file === undefined ? '' : `/${file}`}@${found.revision}`,
    path: found.path,
    bytes: await readFile(found.path),
    ...(found.license === undefined ? {} : { license: found.license }),
    findSideFile: async (kind) => {
      const side = kind === 'own' ? file && ownSideFile(file) : kind;
      const sideFile = side ? await hub.findFile({ repository, revision: found.revision, file: side }) : undefined;
      return sideFile && readFile(sideFile.path, 'utf8');
    },
  };
}

const ownSideFile = (path: string): string => path.replace(/\.onnx$/i, '.preprocessing.json');

async function inspect(
  pool: TaskPool<PictureTasks>,
  located: LocatedModel,
  options: ResolveOptions,
): Promise<ResolvedBackbone> {
  const { name, path, bytes, license } = located;
  const model = readModel(name, bytes);
  const input = findPictureInput(name, model);
  const stated = await findPreprocessing(located, input.size);
  const preprocessing = { ...stated.preprocessing, ...options.preprocessing };
  assertFits(name, preprocessing, input.size);
  const draft: Backbone = {
    kind: 'onnx',
    name,
    hash: createHash('sha256').update(bytes).digest('hex'),
    preprocessing,
    dimensions: 1,
    featureOutput: nameFeatures(name, model),
    inputName: input.name,
    ...(license === undefined ? {} : { license }),
  };
  const { dimensions, shape } = await tryOnce(pool, draft, path);
  return { backbone: { ...draft, dimensions }, modelPath: path, shape, notices: stated.notices };
}

function readModel(name: string, bytes: Uint8Array): OnnxModel {
  try {
    return parseOnnx(bytes);
  } catch (error) {
    if (error instanceof OnnxError)
      throw new TintypeError('ONNX_INVALID', { reason: `${name}: ${error.reason}` }, { cause: error });
    throw error;
  }
}

/** The one `[N, 3, H, W]` float32 input; `size` where the graph fixes it. */
function findPictureInput(file: string, model: OnnxModel): { name: string; size?: InputSize } {
  const inputs = listInputs(model);
  const [input] = inputs;
  if (!input || inputs.length !== 1) throw invalid(file, `it has ${inputs.length} inputs, not one`);
  const [, channels, height, width] = input.dims ?? [];
  const isPicture =
    input.elementType === float32 && input.dims?.length === 4 && (channels === 3 || typeof channels !== 'number');
  if (!isPicture) throw invalid(file, `its input is ${describe(input)}, not float32 [N, 3, H, W]`);
  return typeof height === 'number' && typeof width === 'number' && height > 0 && width > 0
    ? { name: input.name, size: { heightPx: height, widthPx: width } }
    : { name: input.name };
}

/** A transformer exported without its classifier ends in its tokens: the classifier search would cut inside its last block. */
function nameFeatures(file: string, model: OnnxModel): string {
  const outputs = listOutputs(model).map((output) => output.name);
  const pooled = ['features', 'pooler_output', 'image_embeds', 'embeddings', 'embedding'].find((name) =>
    outputs.includes(name),
  );
  if (pooled !== undefined) return pooled;
  if (outputs.includes('last_hidden_state')) return 'last_hidden_state';
  try {
    return findFeatureOutput(model);
  } catch (error) {
    if (error instanceof OnnxError) throw invalid(file, error.reason, error);
    throw error;
  }
}

async function findPreprocessing(
  located: LocatedModel,
  size: InputSize | undefined,
): Promise<{ preprocessing: Preprocessing; notices: string[] }> {
  for (const kind of Object.keys(sideFiles) as (keyof typeof sideFiles)[]) {
    const text = await located.findSideFile(kind);
    const stated = text === undefined ? undefined : sideFiles[kind](text);
    if (!stated) continue;
    const file = kind === 'own' ? basename(ownSideFile(located.path)) : kind;
    if ('problem' in stated) throw invalid(located.name, `its ${file} is not usable (${stated.problem})`);
    return { preprocessing: stated.preprocessing, notices: [] };
  }
  const { widthPx, heightPx } = size ?? { widthPx: usualSizePx, heightPx: usualSizePx };
  return {
    preprocessing: defaultPreprocessing({ widthPx, heightPx }),
    notices: [
      `${located.name} states no preprocessing: pictures are squashed to ${widthPx} x ${heightPx} and scaled to -1 to 1. If it was trained otherwise, say so in ${basename(ownSideFile(located.path))}.`,
    ],
  };
}

function assertFits(file: string, { widthPx, heightPx }: Preprocessing, size: InputSize | undefined): void {
  if (size && (size.widthPx !== widthPx || size.heightPx !== heightPx))
    throw invalid(
      file,
      `its input is ${size.widthPx} x ${size.heightPx}, but ${widthPx} x ${heightPx} is stated beside it`,
    );
}

/** Runs the model on a grey picture in a child: a file that hangs or kills its process is refused, and hurts nothing. */
async function tryOnce(pool: TaskPool<PictureTasks>, backbone: Backbone, modelPath: string) {
  try {
    return await pool.run('inspectBackbone', { backbone, modelPath }, { deadlineMs: openDeadlineMs, alone: true });
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'DEADLINE_EXCEEDED')
      throw invalid(backbone.name, `it gave no answer within ${openDeadlineMs / 1000} s`, error);
    if (error instanceof TintypeError && error.code === 'CHILD_CRASHED')
      throw invalid(backbone.name, 'the process that ran it ended', error);
    throw error;
  }
}

function describe({ name, dims, elementType }: OnnxEnd): string {
  return `"${name}" ${elementType === float32 ? 'float32' : `of element type ${elementType}`} [${(dims ?? []).join(', ')}]`;
}

function invalid(file: string, reason: string, cause?: unknown): TintypeError {
  return new TintypeError('BACKBONE_INVALID', { file, reason }, { cause });
}

function unknown(backbone: string): never {
  throw new TintypeError('BACKBONE_UNKNOWN', { backbone, known: ['histograms', 'pixels:8 to pixels:64'] });
}
