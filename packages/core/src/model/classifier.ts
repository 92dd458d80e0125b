/** @file A model bundle that is open and has answered once. */
import { basename, dirname } from 'node:path';
import { OnnxError, parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { readOutline } from '@tintype/autograd/onnx/read-outline';
import { referToData } from '@tintype/autograd/onnx/refer-to-data';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import { floatsOf, openSession, type Session } from '@tintype/autograd/runtime/session';
import type { BundleManifest } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { SharedPicture } from '@tintype/vision/shared-picture';
import { builtInFeatures } from './built-in-features.ts';
import { type BundleToOpen, beginBundle, corrupt } from './bundle.ts';
import { GatheredRun } from './gathered-run.ts';
import { type NeighborIndex, parseNeighborIndex } from './neighbors/neighbor-index.ts';
import { computeOcclusion, type OcclusionMap } from './occlusion.ts';
import { firstLine } from './onnx-features.ts';
import { InputMaker } from './picture-input.ts';

export interface Answer {
  /** [K] in class-index order; they sum to 1. */
  probabilities: Float32Array;
  /** [K], calibrated. */
  logits: Float32Array;
  /** [D]; absent where the graph does not tell them, as graphs of other tools may not. */
  features?: Float32Array;
}

export interface Classifier extends AsyncDisposable {
  manifest: BundleManifest;
  /** Of the training pictures; absent where the bundle has none. */
  neighbors: NeighborIndex | undefined;
  classify(picture: Picture): Promise<Answer>;
  /** What the answer depends on, as finely as `budgetMs` allows. */
  occlude(picture: Picture, options: { budgetMs: number }): Promise<OcclusionMap>;
  /** Gives each of `count` pictures a place in one run of the model, which waits until all have been classified or have left. */
  gather(count: number): () => Gathered;
}

export interface Gathered {
  classify: (picture: Picture) => Promise<Answer>;
  leave: () => void;
}

interface Picture {
  bytes: Uint8Array;
  limits: PictureLimits;
  shared?: SharedPicture | undefined;
}

export interface ClassifierOptions {
  /** Threads of the model; default 1. */
  threads?: number | undefined;
}

/** For child processes. Verifies every file, loads the graph and asks it once. Throws BUNDLE_CORRUPT. */
export async function openClassifier(
  folder: string,
  bundleHash: string,
  options: ClassifierOptions = {},
): Promise<Classifier> {
  const bundle = beginBundle(folder, bundleHash);
  try {
    const opened = await openContents(bundle, bundleHash, options);
    await bundle.verified.catch(async (error: unknown) => {
      await opened.session[Symbol.asyncDispose]();
      throw error;
    });
    return toClassifier(bundle.manifest, opened);
  } catch (error) {
    // Of a graph that is not the registered one, that is what is wrong, whatever else came of it.
    await bundle.verified;
    throw error;
  }
}

interface Opened {
  session: Session;
  inputs: InputMaker;
  answer: (inputs: readonly Float32Array[]) => Promise<Answer[]>;
  neighbors: NeighborIndex | undefined;
}

async function openContents(
  { manifest, ...bundle }: BundleToOpen,
  bundleHash: string,
  options: ClassifierOptions,
): Promise<Opened> {
  const { kind, hash } = manifest.backbone;
  const builtIn = builtInFeatures[kind];
  if (builtIn && hash !== builtIn.hash)
    throw corrupt(bundleHash, `it needs the ${kind} "${hash}", but this version computes "${builtIn.hash}"`);
  const neighbors = bundle.neighbors && (await readNeighbors(bundle.neighbors, manifest, bundleHash));
  const session = await openGraph(bundle, bundleHash, options);
  const inputs = new InputMaker(manifest.backbone);
  const answer = bind(session, manifest);
  try {
    const { probabilities } = await inputs.withGrey(async (data) => (await answer([data]))[0] as Answer);
    const sum = probabilities.reduce((total, value) => total + value, 0);
    if (probabilities.length !== manifest.classes.length || !(Math.abs(sum - 1) < 1e-3))
      throw new Error(`model.onnx gives ${probabilities.length} probabilities that sum to ${sum.toFixed(3)}`);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw corrupt(bundleHash, firstLine(error), error);
  }
  return { session, inputs, answer, neighbors };
}

function toClassifier(manifest: BundleManifest, { session, inputs, answer, neighbors }: Opened): Classifier {
  return {
    manifest,
    neighbors,
    classify: (picture) => inputs.withInput(picture, async (data) => (await answer([data]))[0] as Answer),
    occlude: (picture, options) =>
      computeOcclusion(picture, {
        ...options,
        preprocessing: manifest.backbone.preprocessing,
        ask: (pixels) => inputs.withPixels(pixels, async (data) => (await answer([data]))[0] as Answer),
      }),
    gather: (count) => {
      const run = new GatheredRun<Float32Array, Answer>(count, answer);
      return () => {
        const { bring, leave } = run.takePlace();
        return { leave, classify: (picture) => inputs.withInput(picture, bring) };
      };
    },
    [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
  };
}

async function readNeighbors(
  bytes: Uint8Array,
  { classes, backbone }: BundleManifest,
  bundleHash: string,
): Promise<NeighborIndex> {
  try {
    const index = await parseNeighborIndex(bytes, { classes: classes.length });
    if (index.mean.length !== backbone.dimensions) throw new Error('its neighbors are of other features');
    return index;
  } catch (error) {
    throw corrupt(bundleHash, firstLine(error), error);
  }
}

/** Weights of a large graph are read by ONNX Runtime alone, from the file that was looked at. */
async function openGraph(
  { graph, graphPath }: Pick<BundleToOpen, 'graph' | 'graphPath'>,
  bundleHash: string,
  { threads }: ClassifierOptions,
): Promise<Session> {
  try {
    const options = threads === undefined ? {} : { threads };
    const outline = graph ?? readOutline(graphPath);
    const model = parseOnnx(outline);
    if (graph) return await openSession(graph, options);
    const [dataFolder, file] = [dirname(graphPath), basename(graphPath)];
    return await openSession(renderOnnx(referToData(model, { outline, file })), { ...options, dataFolder });
  } catch (error) {
    throw corrupt(bundleHash, `model.onnx: ${error instanceof OnnxError ? error.reason : firstLine(error)}`, error);
  }
}

/** Answers for inputs in one run of the model, or one after the other where it takes one at a time. */
function bind(session: Session, manifest: BundleManifest): (inputs: readonly Float32Array[]) => Promise<Answer[]> {
  const run = bindRun(session, manifest);
  const [batch] = session.inputs.find(({ name }) => name === manifest.input.name)?.dims ?? [];
  const takesMany = typeof batch === 'string';
  return async (inputs) => {
    const [first] = inputs;
    if (inputs.length === 1 && first) return run(first, 1);
    if (takesMany) return run(joinRows(inputs), inputs.length);
    const answers: Answer[] = [];
    for (const input of inputs) answers.push(...(await run(input, 1)));
    return answers;
  };
}

function bindRun(session: Session, { input, backbone, classes }: BundleManifest) {
  const { widthPx, heightPx } = backbone.preprocessing;
  const dims = input.kind === 'pixels' ? [3, heightPx, widthPx] : [backbone.dimensions];
  const givesFeatures = input.kind === 'pixels' && session.outputNames.includes('features');
  const wanted = givesFeatures ? ['logits', 'probabilities', 'features'] : ['logits', 'probabilities'];
  return async (data: Float32Array, count: number): Promise<Answer[]> => {
    const feeds = { [input.name]: { type: 'float32', dims: [count, ...dims], data } } as const;
    const outputs = await session.run(feeds, wanted);
    const features = input.kind === 'features' ? data : givesFeatures ? floatsOf(outputs, 'features') : undefined;
    const hasFeatures = features?.length === count * backbone.dimensions;
    const probabilities = floatsOf(outputs, 'probabilities');
    if (probabilities.length !== count * classes.length)
      throw new Error(`model.onnx gives ${probabilities.length} probabilities for ${count} x ${classes.length}`);
    return Array.from({ length: count }, (_, n) => ({
      probabilities: rowOf(probabilities, n, count),
      logits: rowOf(floatsOf(outputs, 'logits'), n, count),
      ...(hasFeatures ? { features: rowOf(features, n, count) } : {}),
    }));
  };
}

const rowOf = (rows: Float32Array, n: number, count: number): Float32Array =>
  rows.slice((n * rows.length) / count, ((n + 1) * rows.length) / count);

function joinRows(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const joined = new Float32Array(rows.length * width);
  for (const [n, row] of rows.entries()) joined.set(row, n * width);
  return joined;
}
