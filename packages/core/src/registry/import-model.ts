/** @file A model of another tool becomes a registered version: converted in a child, loaded back, measured where that was asked for. */
import { basename } from 'node:path';
import type { Snapshot } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { Evaluation } from '@tintype/contracts/evaluate';
import { classNameSchema, nameSchema } from '@tintype/contracts/ids';
import type { Backbone } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import { championAlias, type ModelVersion } from '@tintype/contracts/registry';
import { classifyPictures, type LabeledPicture } from '../evaluate/classify-pictures.ts';
import { testSplitOf } from '../evaluate/evaluate-run.ts';
import { type RenderedBundle, renderBundle, storeBundle } from '../model/bundle.ts';
import { parseClassNames } from '../model/formats/class-names.ts';
import { type PictureFit, type PixelRange, statePreprocessing } from '../model/formats/imported-preprocessing.ts';
import type { ImportedGraph } from '../model/formats/keras/import-keras.ts';
import { invalidFile, refuseIn } from '../model/formats/model-file-error.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { withBundle } from '../model/with-bundle.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { readVersions } from '../train/versions.ts';
import { renderImportedCard } from './imported-card.ts';

export interface ImportNeeds {
  catalog: Pick<Catalog, 'registry' | 'snapshots'>;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
  clock: Clock;
}

export interface ImportRequest {
  /** An .h5, .keras, .zip or model.json file, or a folder with one. */
  path: string;
  /** Text and name of a list of class names; by default what came with the model. */
  labels?: { file: string; text: string };
  /** Registered name; by default made of the file's. */
  model?: string;
  /** For a model that takes pictures of any size. */
  sizePx?: number;
  /** The numbers it was trained on; by default -1 to 1 unless it scales pixels itself. */
  pixels?: PixelRange;
  /** By default the whole picture, squashed; for Teachable Machine the square in its middle. */
  fit?: PictureFit;
  /** Measure it on the test split of this snapshot. */
  snapshot?: Snapshot;
  by: string;
  limits: PictureLimits;
  signal?: AbortSignal;
  /** What was assumed: sentences for a person. */
  onNotice?: (text: string) => void;
}

export interface Imported {
  version: ModelVersion;
  /** A sentence: whether the version became champion, and why. */
  promotion: string;
}

const importDeadlineMs = 180_000;

/**
 * The version has no run, and figures only where it was measured. It becomes champion where the model has none yet. Throws
 * MODEL_FILE_INVALID, BUNDLE_CORRUPT, USAGE_INVALID where the classes are not named.
 */
export async function importModel(needs: ImportNeeds, request: ImportRequest): Promise<Imported> {
  const file = basename(request.path);
  const imported = await convertInChild(needs.pool, request);
  const classes = await nameClasses(imported, request);
  const { preprocessing, notices } = statePreprocessing(imported, request);
  for (const notice of [...imported.notices, ...notices]) request.onNotice?.(notice);
  const backbone: Backbone = {
    kind: 'network',
    name: file,
    hash: imported.hash,
    preprocessing,
    dimensions: imported.features.dimensions,
    featureOutput: imported.features.output,
    inputName: 'pixels',
  };
  const model = request.model ?? toModelName(file);
  const bundle = buildBundle(needs.clock, { model, classes, backbone, imported });
  await storeBundle(needs.store, bundle);
  // Loading asks it once for a grey picture: a graph that does not answer is not registered.
  await withBundle(needs, bundle.bundleHash, async () => undefined);
  const evaluation = await measure(needs, { bundle, model, classes }, request);

  const isFirst = !(await hasChampion(needs, model));
  const version = await needs.catalog.registry.publish(
    toVersion({ clock: needs.clock, model, classes, backbone, bundle, evaluation, snapshot: request.snapshot }),
    { by: request.by, ...(evaluation ? { evaluation } : {}), ...(isFirst ? { alias: championAlias } : {}) },
  );
  const promotion = isFirst
    ? 'Made champion: the model had none yet.'
    : 'Not made champion: imported versions are promoted by hand.';
  return { version, promotion };
}

async function convertInChild(pool: TaskPool<PictureTasks>, request: ImportRequest): Promise<ImportedGraph> {
  const { path, sizePx, signal } = request;
  const input = { path, ...(sizePx === undefined ? {} : { sizePx }) };
  try {
    const options = { deadlineMs: importDeadlineMs, alone: true, ...(signal ? { signal } : {}) };
    return await pool.run('importKeras', input, options);
  } catch (error) {
    if (!(error instanceof TintypeError)) throw error;
    const file = basename(path);
    if (error.code === 'DEADLINE_EXCEEDED')
      throw invalidFile(file, `reading it did not end within ${importDeadlineMs / 1000} s`, error);
    if (error.code === 'CHILD_CRASHED') {
      const { reason = 'crashed' } = error.details as { reason?: string };
      throw invalidFile(file, `the process that read it ${reason}`, error);
    }
    throw error;
  }
}

async function nameClasses(imported: ImportedGraph, request: ImportRequest): Promise<string[]> {
  const list = request.labels ?? imported.labels;
  if (!list)
    throw new TintypeError('USAGE_INVALID', {
      problem: `${basename(request.path)} has ${imported.classCount} classes but does not name them; name a list of them with --labels FILE.`,
      command: 'tintype models import',
    });
  return refuseIn(list.file, async () => {
    const names = parseClassNames(list.text, { file: list.file });
    const unusable = names.find((name) => !classNameSchema.safeParse(name).success);
    if (unusable !== undefined)
      throw invalidFile(list.file, `${JSON.stringify(unusable)} cannot be the name of a class`);
    if (names.length !== imported.classCount)
      throw invalidFile(list.file, `it names ${names.length} classes, but the model has ${imported.classCount}`);
    return names;
  });
}

interface Parts {
  model: string;
  classes: readonly string[];
  backbone: Backbone;
  imported: ImportedGraph;
}

function buildBundle(clock: Clock, { model, classes, backbone, imported }: Parts): RenderedBundle {
  return renderBundle({
    manifest: {
      model,
      classes: [...classes],
      backbone,
      input: { name: 'pixels', kind: 'pixels' },
      head: { kind: 'linear', hyperparameters: { importedFrom: imported.madeBy } },
      calibration: { method: 'temperature', temperature: 1 },
      snapshot: null,
      run: null,
      seed: 0,
      metrics: null,
      createdAt: clock.now(),
      versions: readVersions(),
    },
    graph: imported.graph,
    // What it answered where it was made is not known here.
    parity: { tolerance: 0, samples: [] },
    card: renderImportedCard({ model, classes, backbone, madeBy: imported.madeBy }),
  });
}

type UnboundEvaluation = Omit<Evaluation, 'model' | 'version'>;

async function measure(
  needs: ImportNeeds,
  { bundle, model, classes }: { bundle: RenderedBundle; model: string; classes: readonly string[] },
  { snapshot, limits, signal }: ImportRequest,
): Promise<UnboundEvaluation | undefined> {
  if (!snapshot) return undefined;
  const entries = await needs.catalog.snapshots.entries(snapshot.id);
  const test = entries.filter((entry) => entry.split === 'test');
  async function* pictures(): AsyncGenerator<LabeledPicture> {
    for (const { sampleId, className, contentHash } of test)
      yield { name: sampleId, className, read: () => needs.store.get(objectKeys.source(contentHash)) };
  }
  const unpublished = { model, version: 0, classes: [...classes], bundleHash: bundle.bundleHash };
  const {
    model: _model,
    version: _version,
    ...evaluation
  } = await classifyPictures(needs, unpublished, {
    on: testSplitOf(snapshot.id),
    pictures: pictures(),
    total: test.length,
    limits,
    ...(signal ? { signal } : {}),
  });
  return evaluation;
}

interface Published {
  clock: Clock;
  model: string;
  classes: readonly string[];
  backbone: Backbone;
  bundle: RenderedBundle;
  evaluation: UnboundEvaluation | undefined;
  snapshot: Snapshot | undefined;
}

function toVersion({ clock, model, classes, backbone, bundle, evaluation, snapshot }: Published) {
  const { kind, name, dimensions } = backbone;
  return {
    model,
    bundleHash: bundle.bundleHash,
    run: null,
    snapshot: snapshot?.id ?? null,
    classes: [...classes],
    backbone: { kind, name, dimensions },
    head: 'linear' as const,
    sizeBytes: bundle.sizeBytes,
    accuracy: evaluation?.accuracy ?? null,
    accuracyInterval: evaluation?.accuracyInterval ?? null,
    balancedAccuracy: evaluation?.balancedAccuracy ?? null,
    macroF1: evaluation?.macroF1 ?? null,
    createdAt: clock.now(),
  };
}

async function hasChampion({ catalog }: ImportNeeds, model: string): Promise<boolean> {
  const models = await catalog.registry.list();
  return models.some(({ name, versions }) => name === model && versions.some((v) => v.aliases.includes(championAlias)));
}

/** `keras_model.h5` -> `keras_model`; what a name may not hold becomes a dash. */
function toModelName(file: string): string {
  const stem = file.replace(/\.(h5|hdf5|keras|zip|json)$/i, '');
  const name = stem
    .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
    .replace(/^[^A-Za-z0-9]+/, '')
    .slice(0, 64);
  return nameSchema.safeParse(name).success ? name : 'imported';
}
