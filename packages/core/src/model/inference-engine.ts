/** @file Everything a picture child has open: feature extractors and model bundles, and how they answer for one picture. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Backbone, BundleManifest } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import { builtInFeatures } from './built-in-features.ts';
import { type Answer, type Classifier, openClassifier } from './classifier.ts';
import { openOnnxFeatures } from './onnx-features.ts';
import { InputMaker } from './picture-input.ts';

interface Picture {
  bytes: Uint8Array;
  limits: PictureLimits;
}

interface Extractor extends AsyncDisposable {
  extract(picture: Picture): Promise<Float32Array>;
}

/** One per child process. Opening what is open already changes nothing. */
export class InferenceEngine implements AsyncDisposable {
  readonly #extractors = new Map<string, Promise<Extractor>>();
  readonly #classifiers = new Map<string, Promise<Classifier>>();

  /** Throws BACKBONE_INVALID. */
  async openBackbone(request: { key: string; backbone: Backbone; modelPath?: string }): Promise<void> {
    await openOnce(this.#extractors, request.key, () => openExtractor(request));
  }

  async extract(request: Picture & { key: string }): Promise<Float32Array> {
    const extractor = await opened(this.#extractors, request.key);
    return extractor.extract(request);
  }

  async closeBackbone(key: string): Promise<void> {
    const extractor = await take(this.#extractors, key);
    await extractor?.[Symbol.asyncDispose]();
  }

  /** Throws BUNDLE_CORRUPT. */
  async openBundle({ bundleHash, folder }: { bundleHash: string; folder: string }): Promise<BundleManifest> {
    const { manifest } = await openOnce(this.#classifiers, bundleHash, () => openClassifier(folder, bundleHash));
    return manifest;
  }

  async classify(request: Picture & { bundleHash: string }): Promise<Answer> {
    const classifier = await opened(this.#classifiers, request.bundleHash);
    return classifier.classify(request);
  }

  async closeBundle(bundleHash: string): Promise<void> {
    const classifier = await take(this.#classifiers, bundleHash);
    await classifier?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#extractors.keys()].map((key) => this.closeBackbone(key)));
    await Promise.all([...this.#classifiers.keys()].map((key) => this.closeBundle(key)));
  }
}

async function openExtractor(request: { backbone: Backbone; modelPath?: string }): Promise<Extractor> {
  const { backbone, modelPath } = request;
  const inputs = new InputMaker(backbone);
  if (builtInFeatures[backbone.kind]) {
    const extract: Extractor['extract'] = (picture) => inputs.withInput(picture, async (features) => features);
    return { extract, [Symbol.asyncDispose]: async () => undefined };
  }
  if (modelPath === undefined)
    throw new TintypeError('BACKBONE_INVALID', { file: backbone.name, reason: 'its file is not named' });
  const features = await openOnnxFeatures(backbone, modelPath);
  return {
    extract: (picture) => inputs.withInput(picture, (pixels) => features.run(pixels)),
    [Symbol.asyncDispose]: () => features[Symbol.asyncDispose](),
  };
}

function openOnce<T>(open: Map<string, Promise<T>>, key: string, make: () => Promise<T>): Promise<T> {
  const known = open.get(key);
  if (known) return known;
  const made = make();
  open.set(key, made);
  made.catch(() => open.delete(key));
  return made;
}

async function opened<T>(open: Map<string, Promise<T>>, key: string): Promise<T> {
  const found = open.get(key);
  if (!found) throw new Error(`"${key}" is not open in this process`);
  return found;
}

async function take<T>(open: Map<string, Promise<T>>, key: string): Promise<T | undefined> {
  const found = open.get(key);
  open.delete(key);
  return found?.catch(() => undefined);
}
