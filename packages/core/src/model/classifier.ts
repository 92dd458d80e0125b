/** @file A model bundle that is open and has answered once. */
import { OnnxError, parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { floatsOf, openSession, type Session } from '@tintype/autograd/runtime/session';
import type { BundleManifest } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import { builtInFeatures } from './built-in-features.ts';
import { corrupt, readBundle } from './bundle.ts';
import { type NeighborIndex, parseNeighborIndex } from './neighbors/neighbor-index.ts';
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
  classify(picture: { bytes: Uint8Array; limits: PictureLimits }): Promise<Answer>;
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
  const { manifest, graph, ...rest } = await readBundle(folder, bundleHash);
  const { kind, hash } = manifest.backbone;
  const builtIn = builtInFeatures[kind];
  if (builtIn && hash !== builtIn.hash)
    throw corrupt(bundleHash, `it needs the ${kind} "${hash}", but this version computes "${builtIn.hash}"`);
  const neighbors = rest.neighbors && (await readNeighbors(rest.neighbors, manifest, bundleHash));
  const session = await openGraph(graph, bundleHash, options);
  const inputs = new InputMaker(manifest.backbone);
  const answer = bind(session, manifest);
  try {
    const { probabilities } = await inputs.withGrey(answer);
    const sum = probabilities.reduce((total, value) => total + value, 0);
    if (probabilities.length !== manifest.classes.length || !(Math.abs(sum - 1) < 1e-3))
      throw new Error(`model.onnx gives ${probabilities.length} probabilities that sum to ${sum.toFixed(3)}`);
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw corrupt(bundleHash, firstLine(error), error);
  }
  return {
    manifest,
    neighbors,
    classify: (picture) => inputs.withInput(picture, answer),
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

async function openGraph(graph: Uint8Array, bundleHash: string, { threads }: ClassifierOptions): Promise<Session> {
  try {
    parseOnnx(graph);
    return await openSession(graph, threads === undefined ? {} : { threads });
  } catch (error) {
    throw corrupt(bundleHash, `model.onnx: ${error instanceof OnnxError ? error.reason : firstLine(error)}`, error);
  }
}

function bind(session: Session, { input, backbone }: BundleManifest): (data: Float32Array) => Promise<Answer> {
  const { widthPx, heightPx } = backbone.preprocessing;
  const dims = input.kind === 'pixels' ? [1, 3, heightPx, widthPx] : [1, backbone.dimensions];
  const givesFeatures = input.kind === 'pixels' && session.outputNames.includes('features');
  const wanted = givesFeatures ? ['logits', 'probabilities', 'features'] : ['logits', 'probabilities'];
  return async (data) => {
    const feeds = { [input.name]: { type: 'float32', dims, data } } as const;
    const outputs = await session.run(feeds, wanted);
    const [probabilities, logits] = [floatsOf(outputs, 'probabilities').slice(), floatsOf(outputs, 'logits').slice()];
    if (input.kind === 'features') return { probabilities, logits, features: data.slice() };
    const features = givesFeatures ? floatsOf(outputs, 'features').slice() : undefined;
    return { probabilities, logits, ...(features?.length === backbone.dimensions ? { features } : {}) };
  };
}
