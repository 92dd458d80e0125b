/** @file Everything a picture child has open: feature extractors, bundles, detectors, and how they answer for one picture. */
import type { Detector } from '@tintype/contracts/detector';
import { TintypeError } from '@tintype/contracts/errors';
import type { CountedName, PictureMeasures } from '@tintype/contracts/gate';
import type { Backbone, BundleManifest } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import { measureSharpness } from '@tintype/vision/measure-sharpness';
import { readPictureHeader } from '@tintype/vision/picture-header';
import { builtInFeatures } from './built-in-features.ts';
import { type Answer, type Classifier, openClassifier } from './classifier.ts';
import { type OpenDetector, openDetector } from './detectors/open-detector.ts';
import { openOnnxFeatures } from './onnx-features.ts';
import { InputMaker } from './picture-input.ts';

interface Picture {
  bytes: Uint8Array;
  limits: PictureLimits;
}

interface Extractor extends AsyncDisposable {
  extract(picture: Picture): Promise<Float32Array>;
}

interface MeasureRequest extends Picture {
  sharpness: boolean;
  /** Keys of opened detectors. */
  counts: Partial<Record<CountedName, string>>;
}

const isPerson = (className: string): boolean => className === 'person';

/** One per child process. Opening what is open already changes nothing. */
export class InferenceEngine implements AsyncDisposable {
  readonly #extractors = new Map<string, Promise<Extractor>>();
  readonly #classifiers = new Map<string, Promise<Classifier>>();
  readonly #detectors = new Map<string, Promise<OpenDetector>>();

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

  /** Throws DETECTOR_INVALID. */
  async openDetector(request: { key: string; detector: Detector; modelPath: string }): Promise<void> {
    await openOnce(this.#detectors, request.key, () => openDetector(request.detector, request.modelPath));
  }

  async measure(request: MeasureRequest): Promise<PictureMeasures> {
    const { bytes, limits, sharpness, counts } = request;
    const { widthPx, heightPx } = await readPictureHeader(bytes, limits);
    const measures: PictureMeasures = { widthPx, heightPx };
    if (sharpness) measures.sharpness = await measureSharpness(bytes, limits);
    if (counts.person !== undefined) measures.personCount = await this.#count(counts.person, request, isPerson);
    if (counts.face !== undefined) measures.faceCount = await this.#count(counts.face, request, () => true);
    return measures;
  }

  async #count(key: string, picture: Picture, counts: (className: string) => boolean): Promise<number> {
    const detector = await opened(this.#detectors, key);
    const found = await detector.detect(picture);
    return found.filter(({ className }) => counts(className)).length;
  }

  async closeDetector(key: string): Promise<void> {
    const detector = await take(this.#detectors, key);
    await detector?.[Symbol.asyncDispose]();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#detectors.keys()].map((key) => this.closeDetector(key)));
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
