/** @file Everything a picture child has open: feature extractors, bundles, detectors, and how they answer for one picture. */
import type { Detector } from '@tintype/contracts/detector';
import { TintypeError } from '@tintype/contracts/errors';
import { type CountedName, type Gate, type GateKind, isPictureGate } from '@tintype/contracts/gate';
import type { Backbone, BundleManifest } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { Neighbor } from '@tintype/contracts/serve';
import { measureSharpness } from '@tintype/vision/measure-sharpness';
import { readPictureHeader } from '@tintype/vision/picture-header';
import { SharedPicture } from '@tintype/vision/shared-picture';
import { builtInFeatures } from './built-in-features.ts';
import { type Classifier, openClassifier } from './classifier.ts';
import { type OpenDetector, openDetector } from './detectors/open-detector.ts';
import type { DetectorKeys } from './gates/detector-shelf.ts';
import { sortGates } from './gates/judge-gates.ts';
import { type GateOutcome, type Measurer, runGates } from './gates/run-gates.ts';
import { searchNeighbors } from './neighbors/neighbor-index.ts';
import type { OcclusionMap } from './occlusion.ts';
import { openOnnxFeatures } from './onnx-features.ts';
import { InputMaker } from './picture-input.ts';
import type {
  BatchAnswer,
  BatchInput,
  ClassifyInput,
  GateInput,
  PictureAnswer,
  PictureTasks,
} from './picture-tasks.types.ts';

interface Picture {
  bytes: Uint8Array;
  limits: PictureLimits;
  /** Where several look at the pixels. */
  shared?: SharedPicture | undefined;
}

interface Extractor extends AsyncDisposable {
  extract(picture: Picture): Promise<Float32Array>;
}

/** Which of what a detector finds are counted. */
const isCounted: { readonly [Name in CountedName]: (className: string) => boolean } = {
  person: (className) => className === 'person',
  face: () => true,
};

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
  async openBundle(request: PictureTasks['openBundle']['input']): Promise<BundleManifest> {
    const { bundleHash, folder, threads } = request;
    const { manifest } = await openOnce(this.#classifiers, bundleHash, () =>
      openClassifier(folder, bundleHash, { threads }),
    );
    return manifest;
  }

  /** Gates on the picture, the model, gates on its answer. */
  async classify(request: ClassifyInput): Promise<PictureAnswer> {
    return this.#classify(request, await opened(this.#classifiers, request.bundleHash));
  }

  async occlude({ bundleHash, budgetMs, ...picture }: PictureTasks['occlude']['input']): Promise<OcclusionMap> {
    const classifier = await opened(this.#classifiers, bundleHash);
    return classifier.occlude(picture, { budgetMs });
  }

  /** The same for several pictures in one run of the model; a failure of ours is that picture's answer. */
  async classifyBatch({ pictures, ...request }: BatchInput): Promise<BatchAnswer[]> {
    const classifier = await opened(this.#classifiers, request.bundleHash);
    const takePlace = classifier.gather(pictures.length);
    const answer = async (bytes: Uint8Array): Promise<BatchAnswer> => {
      const { classify, leave } = takePlace();
      try {
        return { answer: await this.#classify({ ...request, bytes }, { ...classifier, classify }) };
      } catch (error) {
        if (!(error instanceof TintypeError)) throw error;
        return { error: { code: error.code, details: error.details } };
      } finally {
        leave();
      }
    };
    return Promise.all(pictures.map(answer));
  }

  async #classify(request: ClassifyInput, classifier: Classifier): Promise<PictureAnswer> {
    const { gates = [], detectors = {}, ungated = false } = request;
    const chain = ungated ? [] : sortGates([...(classifier.manifest.gates ?? []), ...gates]);
    // The model looks at the pixels too.
    const shared = share(request, countDecodes(chain) + 1);
    const before = await this.#gate({ ...shared, detectors, gates: chain.filter(isPictureGate) });
    const counts = countsOf(before);
    if (before.refusal) return { refusal: before.refusal, ...counts };
    const { features, ...answer } = await classifier.classify(shared);
    const surroundings = lazily(() => searchAround(classifier, features, request.neighbors ?? 0));
    const after = await runGates(
      chain.filter((gate) => !isPictureGate(gate)),
      {
        typicality: async () => surroundings().typicality,
        confidence: async () => answer.probabilities.reduce((most, value) => Math.max(most, value), 0),
      },
    );
    return {
      ...(after.refusal ? { refusal: after.refusal } : {}),
      ...counts,
      ...answer,
      ...(request.features && features ? { features } : {}),
      ...(request.neighbors ? { neighbors: surroundings().neighbors } : {}),
    };
  }

  async closeBundle(bundleHash: string): Promise<void> {
    const classifier = await take(this.#classifiers, bundleHash);
    await classifier?.[Symbol.asyncDispose]();
  }

  /** Throws DETECTOR_INVALID. */
  async openDetector(request: { key: string; detector: Detector; modelPath: string }): Promise<void> {
    await openOnce(this.#detectors, request.key, () => openDetector(request.detector, request.modelPath));
  }

  /** Judges gates on pictures, cheapest first. Throws IMAGE_* for what cannot be read, where any gate is asked. */
  gate(request: GateInput): Promise<GateOutcome> {
    return this.#gate({ ...request, ...share(request, countDecodes(request.gates)) });
  }

  #gate({ gates, known, ...request }: Omit<GateInput, keyof Picture> & Picture): Promise<GateOutcome> {
    return runGates(sortGates(gates), this.#measurerOf(request), known);
  }

  #measurerOf({ detectors, ...picture }: Picture & { detectors: DetectorKeys }): Partial<Measurer> {
    const readHeader = lazily(() => readPictureHeader(picture.bytes, picture.limits));
    return {
      widthPx: async () => (await readHeader()).widthPx,
      heightPx: async () => (await readHeader()).heightPx,
      sharpness: () => measureSharpness(picture.shared ?? picture.bytes, picture.limits),
      personCount: () => this.#count('person', detectors, picture),
      faceCount: () => this.#count('face', detectors, picture),
    };
  }

  async #count(counted: CountedName, detectors: DetectorKeys, picture: Picture): Promise<number> {
    const key = detectors[counted];
    if (key === undefined) throw new TintypeError('DETECTOR_MISSING', { counted });
    const detector = await opened(this.#detectors, key);
    const found = await detector.detect(picture);
    return found.filter(({ className }) => isCounted[counted](className)).length;
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

const decodingGates: ReadonlySet<GateKind> = new Set(['blur', 'person-count', 'face-count']);

const countDecodes = (gates: readonly Gate[]): number => gates.filter(({ kind }) => decodingGates.has(kind)).length;

/** The picture as so many look at its pixels. */
const share = ({ bytes, limits }: Picture, lookers: number): Picture =>
  lookers > 1 ? { bytes, limits, shared: new SharedPicture(bytes, limits) } : { bytes, limits };

/** Computed when it is first asked for. */
function lazily<T>(compute: () => T): () => T {
  let known: { value: T } | undefined;
  return () => {
    known ??= { value: compute() };
    return known.value;
  };
}

function searchAround(
  { manifest, neighbors: index }: Classifier,
  features: Float32Array | undefined,
  count: number,
): { typicality: number; neighbors: Neighbor[] } {
  if (!index || !features) throw new TintypeError('NEIGHBORS_MISSING', { model: manifest.model });
  const { typicality, neighbors } = searchNeighbors(features, index, count);
  return {
    typicality,
    neighbors: neighbors.map(({ contentHash, classIndex, similarity }) => ({
      content_hash: contentHash,
      class: manifest.classes[classIndex] as string,
      similarity,
    })),
  };
}

const countsOf = ({ measures }: GateOutcome): Pick<PictureAnswer, 'personCount' | 'faceCount'> => ({
  ...(measures.personCount === undefined ? {} : { personCount: measures.personCount }),
  ...(measures.faceCount === undefined ? {} : { faceCount: measures.faceCount }),
});

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
