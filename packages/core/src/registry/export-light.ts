/** @file A light model of a version: rewritten, measured beside the version it comes from, and refused where it answers worse. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { Evaluation } from '@tintype/contracts/evaluate';
import { type BundleManifest, type LightMethod, type LightModel } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import { classifyPictures, type LabeledPicture } from '../evaluate/classify-pictures.ts';
import { testSplitOf } from '../evaluate/evaluate-run.ts';
import {
  cardFile,
  graphFile,
  manifestFile,
  neighborsFile,
  parseManifest,
  type RenderedBundle,
  renderBundle,
  storeBundle,
  verifyBundleFile,
} from '../model/bundle.ts';
import type { LightTasks, RewriteMethod } from '../model/light/light-tasks.types.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { type ExportedFile, writeFolder } from '../model/write-folder.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { calibrateLight } from './calibrate-light.ts';
import { renderLightCard } from './light-card.ts';
import { type Answers, answerPictures, compareAnswers, type LocalBundle, listParityPictures } from './parity-report.ts';

export interface LightNeeds {
  catalog: Pick<Catalog, 'registry' | 'snapshots'>;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
  lightPool: TaskPool<LightTasks>;
  clock: Clock;
}

export interface LightProgress {
  stage: 'calibrate' | 'rewrite' | 'measure' | 'compare';
  done: number;
  total: number;
}

export interface LightRequest {
  version: ModelVersion;
  /** Written only where the light model is good enough. */
  folder: string;
  form: 'int8' | 'fp16';
  /** Points of accuracy that may be lost; default 0.5. */
  maxDrop?: number;
  /** Training pictures to measure ranges on; default 200. */
  calibration?: number;
  /** Also make it a version of the model; default false. */
  register?: boolean;
  by: string;
  limits: PictureLimits;
  signal?: AbortSignal;
  onProgress?: (progress: LightProgress) => void;
}

export interface ExportedLight {
  bundleHash: string;
  light: LightModel;
  files: ExportedFile[];
  /** Where it was registered. */
  version: ModelVersion | undefined;
}

const rewriteDeadlineMs = 600_000;
const lightDefaults = { maxDrop: 0.5, calibration: 200 };
/** Of `parity.json`: on another processor a number may be rounded the other way. */
const tolerances: Readonly<Record<LightMethod, number>> = { 'int8-static': 1e-2, 'int8-dynamic': 1e-2, fp16: 1e-4 };
/** Pictures of `parity.json`. */
const proofPictures = 32;

/**
 * Both accuracies are measured now, on the test split of the version's snapshot. Equal versions and settings give equal bytes. Throws
 * QUANTIZATION_REFUSED, LIGHT_UNSUPPORTED, USAGE_INVALID where the version has no snapshot or is light already, BUNDLE_CORRUPT, CANCELLED.
 */
export async function exportLight(needs: LightNeeds, request: LightRequest): Promise<ExportedLight> {
  const scratch = await mkdtemp(join(tmpdir(), 'tintype-light-'));
  try {
    const original = await openOriginal(needs, request.version);
    const graph = await rewriteGraph(needs, original, request);
    const draft = renderBundle({
      ...original,
      manifest: original.manifest,
      graph: graph.bytes,
      parity: { tolerance: 0, samples: [] },
    });
    const drafted = await writeLocally(scratch, draft);
    const measured = await measureBoth(needs, { original, drafted, method: graph.method }, request);
    const compared = await compareBoth(needs, { original, drafted }, request);
    const light: LightModel = {
      method: graph.method,
      of: original.bundle.bundleHash,
      calibrationPictures: graph.calibrationPictures,
      on: measured.after.on,
      samples: measured.after.samples,
      accuracyBefore: accuracyOf(measured.before),
      accuracyAfter: accuracyOf(measured.after),
      sizeBefore: original.graphBytes,
      sizeAfter: graph.bytes.length,
      parity: compareAnswers(compared.before, compared.after),
    };
    const bundle = renderLight(original, {
      graph: graph.bytes,
      light,
      evaluation: measured.after,
      answers: compared.after,
    });
    await prove(needs, { bundle: await writeLocally(scratch, bundle), light, answers: compared.after }, request);
    const files = await writeFolder(request.folder, async (write) => {
      for (const [name, content] of bundle.files) await write(name, content);
    });
    const version = request.register
      ? await register(needs, { bundle, evaluation: measured.after }, request)
      : undefined;
    return { bundleHash: bundle.bundleHash, light, files, version };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

interface Original {
  bundle: LocalBundle;
  manifest: Omit<BundleManifest, 'files' | 'format'>;
  snapshot: string;
  card: string;
  neighbors: Uint8Array | undefined;
  graphBytes: number;
}

async function openOriginal({ store }: LightNeeds, version: ModelVersion): Promise<Original> {
  const { bundleHash, model, snapshot } = version;
  const read = (name: string): Promise<Uint8Array> => store.get(objectKeys.bundleFile(bundleHash, name));
  const whole = parseManifest(await read(manifestFile), bundleHash);
  const { files, format: _format, ...manifest } = whole;
  const name = `${model}@${version.version}`;
  if (manifest.light) throw refuse(`${name} is a light model already; name the version that it was made from.`);
  if (snapshot === null)
    throw refuse(
      `${name} was imported without a dataset, so that its accuracy cannot be measured; import it with --dataset.`,
    );
  const readVerified = async (file: string): Promise<Uint8Array> => {
    const content = await read(file);
    verifyBundleFile(whole, { name: file, content, bundleHash });
    return content;
  };
  const head = await store.find(objectKeys.bundleFile(bundleHash, graphFile));
  return {
    bundle: { bundleHash, folder: await store.localFolder(objectKeys.bundlePrefix(bundleHash)) },
    manifest,
    snapshot,
    card: new TextDecoder().decode(await readVerified(cardFile)),
    neighbors: files[neighborsFile] === undefined ? undefined : await readVerified(neighborsFile),
    graphBytes: head?.sizeBytes ?? 0,
  };
}

const refuse = (problem: string): TintypeError =>
  new TintypeError('USAGE_INVALID', { problem, command: 'tintype export' });

interface Rewritten {
  method: LightMethod;
  bytes: Uint8Array;
  calibrationPictures: number;
}

async function rewriteGraph(needs: LightNeeds, original: Original, request: LightRequest): Promise<Rewritten> {
  const { lightPool } = needs;
  const { bundle, manifest } = original;
  const { signal, limits, onProgress, form } = request;
  const options = { deadlineMs: rewriteDeadlineMs, alone: true, ...(signal ? { signal } : {}) };
  if (manifest.input.kind !== 'pixels')
    throw new TintypeError('LIGHT_UNSUPPORTED', {
      model: manifest.model,
      reason: 'it works on features that are computed without a network',
    });
  const method = form === 'fp16' ? 'fp16' : await lightPool.run('chooseInt8', bundle, options);
  let how: RewriteMethod;
  let contentHashes: string[] = [];
  if (method === 'int8-static') {
    contentHashes = await chooseCalibration(needs, original.snapshot, request.calibration ?? lightDefaults.calibration);
    const { preprocessing } = manifest.backbone;
    const calibrated = (done: number, total: number) => onProgress?.({ stage: 'calibrate', done, total });
    const spreads = await calibrateLight(needs, {
      bundle,
      preprocessing,
      contentHashes,
      limits,
      signal,
      onProgress: calibrated,
    });
    how = { method, spreads };
  } else how = { method };
  onProgress?.({ stage: 'rewrite', done: 0, total: 1 });
  const bytes = await lightPool.run('rewrite', { ...bundle, ...how }, options);
  onProgress?.({ stage: 'rewrite', done: 1, total: 1 });
  return { method, bytes, calibrationPictures: contentHashes.length };
}

/** Of the training split, evenly spread over the order of content hashes, which is as good as chance and always the same. */
async function chooseCalibration({ catalog }: LightNeeds, snapshot: string, most: number): Promise<string[]> {
  const entries = await catalog.snapshots.entries(snapshot);
  const hashes = [...new Set(entries.filter(({ split }) => split === 'train').map(({ contentHash }) => contentHash))];
  hashes.sort();
  const count = Math.min(most, hashes.length);
  return Array.from({ length: count }, (_, n) => hashes[Math.floor((n * hashes.length) / count)] as string);
}

/** A bundle outside the store, for children to open. */
async function writeLocally(scratch: string, { bundleHash, files }: RenderedBundle): Promise<LocalBundle> {
  const folder = join(scratch, bundleHash);
  await mkdir(folder);
  for (const [name, content] of files) await writeFile(join(folder, name), content);
  return { folder, bundleHash };
}

interface Both {
  original: Original;
  drafted: LocalBundle;
}

/** Throws QUANTIZATION_REFUSED. */
async function measureBoth(
  needs: LightNeeds,
  { original, drafted, method }: Both & { method: LightMethod },
  request: LightRequest,
): Promise<{ before: Evaluation; after: Evaluation }> {
  const { version, limits, signal, onProgress, maxDrop = lightDefaults.maxDrop } = request;
  const entries = await needs.catalog.snapshots.entries(original.snapshot);
  const test = entries.filter(({ split }) => split === 'test');
  async function* pictures(): AsyncGenerator<LabeledPicture> {
    for (const { sampleId, className, contentHash } of test)
      yield { name: sampleId, className, read: () => needs.store.get(objectKeys.source(contentHash)) };
  }
  const measure = ({ folder, bundleHash }: LocalBundle, before: number): Promise<Evaluation> =>
    classifyPictures(
      { ...needs, store: { localFolder: async () => folder } },
      { ...version, bundleHash },
      {
        on: testSplitOf(original.snapshot),
        pictures: pictures(),
        total: test.length,
        limits,
        ...(signal ? { signal } : {}),
        onProgress: (done) => onProgress?.({ stage: 'measure', done: before + done, total: 2 * test.length }),
      },
    );
  const before = await measure(original.bundle, 0);
  const after = await measure(drafted, test.length);
  const drop = 100 * (before.accuracy - after.accuracy);
  if (drop > maxDrop + 1e-9)
    throw new TintypeError('QUANTIZATION_REFUSED', {
      model: `${version.model}@${version.version}`,
      method,
      accuracyBefore: before.accuracy,
      accuracyAfter: after.accuracy,
      maxDrop,
      samples: after.samples,
    });
  return { before, after };
}

async function compareBoth(
  needs: LightNeeds,
  { original, drafted }: Both,
  { limits, signal, onProgress }: LightRequest,
): Promise<{ before: Answers; after: Answers }> {
  const contentHashes = await listParityPictures(needs, { snapshot: original.snapshot });
  const total = 2 * contentHashes.length;
  const answer = (bundle: LocalBundle, before: number): Promise<Answers> => {
    const told = (done: number) => onProgress?.({ stage: 'compare', done: before + done, total });
    return answerPictures(needs, { bundle, contentHashes, limits, signal, onProgress: told });
  };
  const before = await answer(original.bundle, 0);
  return { before, after: await answer(drafted, contentHashes.length) };
}

const accuracyOf = ({ accuracy, accuracyInterval }: Evaluation) => ({ accuracy, accuracyInterval });

interface LightParts {
  graph: Uint8Array;
  light: LightModel;
  evaluation: Evaluation;
  answers: Answers;
}

function renderLight(original: Original, { graph, light, evaluation, answers }: LightParts): RenderedBundle {
  const { accuracy, accuracyInterval, balancedAccuracy, macroF1 } = evaluation;
  return renderBundle({
    ...original,
    manifest: { ...original.manifest, metrics: { accuracy, accuracyInterval, balancedAccuracy, macroF1 }, light },
    graph,
    parity: {
      tolerance: tolerances[light.method],
      samples: [...answers]
        .slice(0, proofPictures)
        .map(([contentHash, probabilities]) => ({ contentHash, probabilities: [...probabilities] })),
    },
    card: renderLightCard(original.card, light),
  });
}

/** The whole bundle, opened anew, answers what its parity.json says. Throws PARITY_FAILED. */
async function prove(
  needs: LightNeeds,
  { bundle, light, answers }: { bundle: LocalBundle; light: LightModel; answers: Answers },
  { limits, signal }: LightRequest,
): Promise<void> {
  const contentHashes = [...answers.keys()].slice(0, proofPictures);
  const again = await answerPictures(needs, { bundle, contentHashes, limits, signal });
  const largestDifference = compareAnswers(again, answers).largestDifference ?? 0;
  const tolerance = tolerances[light.method];
  if (!(largestDifference <= tolerance)) throw new TintypeError('PARITY_FAILED', { largestDifference, tolerance });
}

/** No alias moves: people try a light model first. */
async function register(
  { store, catalog, clock }: LightNeeds,
  { bundle, evaluation }: { bundle: RenderedBundle; evaluation: Evaluation },
  { version, by }: LightRequest,
): Promise<ModelVersion> {
  await storeBundle(store, bundle);
  const { model: _model, version: _version, ...unbound } = evaluation;
  const { accuracy, accuracyInterval, balancedAccuracy, macroF1 } = evaluation;
  const { version: _number, aliases: _aliases, ...kept } = version;
  return catalog.registry.publish(
    {
      ...kept,
      bundleHash: bundle.bundleHash,
      sizeBytes: bundle.sizeBytes,
      accuracy,
      accuracyInterval,
      balancedAccuracy,
      macroF1,
      createdAt: clock.now(),
    },
    { evaluation: unbound, by },
  );
}
