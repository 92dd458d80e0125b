/** @file From a finished training to a registered version: store, load back, reproduce, then publish in one transaction. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Parity } from '@tintype/contracts/model';
import type { PictureLimits } from '@tintype/contracts/picture';
import { championAlias, type ModelVersion } from '@tintype/contracts/registry';
import type { StageProgress, TrainSummary } from '@tintype/contracts/train';
import { evaluateRun, type UnboundEvaluation } from '../evaluate/evaluate-run.ts';
import { splitPredictions } from '../evaluate/sample-predictions.ts';
import { type RenderedBundle, renderBundle, storeBundle } from '../model/bundle.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { withBundle } from '../model/with-bundle.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { crashPoint } from '../ports/crash-point.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { finishRunOnFailure } from '../train/run-row.ts';
import type { TrainedRun } from '../train/trained-run.types.ts';
import { decidePromotion, type PromotionRule } from './decide-promotion.ts';
import { renderModelCard } from './model-card.ts';

export interface RegisterNeeds {
  catalog: Pick<Catalog, 'registry' | 'runs' | 'snapshots' | 'samplePredictions'>;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
  clock: Clock;
}

export interface RegisterOptions {
  by: string;
  /** Default `auto`. */
  promote?: PromotionRule;
  limits: PictureLimits;
  signal?: AbortSignal;
  onProgress?: (progress: StageProgress) => void;
}

export interface Registration {
  summary: TrainSummary;
  version: ModelVersion;
  /** A sentence: whether the version became champion, and why. */
  promotion: string;
}

/** Throws PARITY_FAILED or BUNDLE_CORRUPT with nothing registered and the run failed. */
export function registerRun(needs: RegisterNeeds, run: TrainedRun, options: RegisterOptions): Promise<Registration> {
  return finishRunOnFailure(needs, run.run, async () => {
    const evaluation = evaluateRun(needs, run);
    const bundle = buildBundle(needs.clock, run, evaluation);
    await storeBundle(needs.store, bundle);
    crashPoint('register.stored');
    await assertParity(needs, { bundleHash: bundle.bundleHash, parity: run.parity, ...options });
    crashPoint('register.proven');

    const promotion = await decidePromotion(needs, run, options);
    const version = await needs.catalog.registry.publish(toVersion(needs.clock, run, evaluation, bundle), {
      evaluation,
      by: options.by,
      ...(promotion.isPromoted ? { alias: championAlias } : {}),
    });
    crashPoint('register.published');
    // Read out of the version again where this is cut short: an evaluation keeps them too.
    await needs.catalog.samplePredictions.record(splitPredictions(version, run.test, run.calibration));
    const endedAt = needs.clock.now();
    await needs.catalog.runs.finish(run.run.id, { status: 'succeeded', endedAt, error: null });
    return { version, promotion: promotion.reason, summary: summarize({ run, version, evaluation, endedAt }) };
  });
}

/** What would be registered; stores nothing. */
export function buildBundle(clock: Clock, run: TrainedRun, evaluation: UnboundEvaluation): RenderedBundle {
  const { accuracy, accuracyInterval, balancedAccuracy, macroF1 } = evaluation;
  return renderBundle({
    manifest: {
      model: run.model,
      classes: run.snapshot.classes,
      backbone: run.backbone,
      input: run.input,
      head: run.head,
      calibration: { method: 'temperature', temperature: run.calibration.temperature },
      ...(run.gates.length > 0 ? { gates: run.gates } : {}),
      snapshot: run.snapshot.id,
      run: run.run.id,
      seed: run.seed,
      metrics: { accuracy, accuracyInterval, balancedAccuracy, macroF1 },
      createdAt: clock.now(),
      versions: run.versions,
    },
    graph: run.graph,
    parity: run.parity,
    card: renderModelCard(run, evaluation),
    neighbors: run.neighbors,
  });
}

interface ParityCheck {
  bundleHash: string;
  parity: Parity;
  limits: PictureLimits;
  signal?: AbortSignal;
  onProgress?: (progress: StageProgress) => void;
}

/** Loads the bundle from the store in every child and asks it for pictures whose answers training wrote down. */
async function assertParity(needs: RegisterNeeds, check: ParityCheck): Promise<void> {
  const { bundleHash, parity, limits, signal, onProgress } = check;
  const total = parity.samples.length;
  const largestDifference = await withBundle(needs, bundleHash, async () => {
    let largest = 0;
    for (const [n, { contentHash, probabilities }] of parity.samples.entries()) {
      onProgress?.({ stage: 'register', done: n, total });
      const bytes = await needs.store.get(objectKeys.source(contentHash));
      const input = { bundleHash, bytes, limits, ungated: true };
      const answer = await needs.pool.run('classify', input, signal ? { signal } : {});
      largest = Math.max(largest, differ(answer.probabilities ?? [], probabilities));
    }
    onProgress?.({ stage: 'register', done: total, total });
    return largest;
  });
  const { tolerance } = parity;
  if (!(largestDifference <= tolerance)) throw new TintypeError('PARITY_FAILED', { largestDifference, tolerance });
}

/** Largest absolute difference; infinite where they cannot be compared. */
function differ(found: ArrayLike<number>, expected: readonly number[]): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  return expected.reduce((most, value, k) => {
    const difference = Math.abs(value - (found[k] as number));
    return Number.isNaN(difference) ? Number.POSITIVE_INFINITY : Math.max(most, difference);
  }, 0);
}

function toVersion(
  clock: Clock,
  run: TrainedRun,
  evaluation: UnboundEvaluation,
  { bundleHash, sizeBytes }: RenderedBundle,
): Omit<ModelVersion, 'version' | 'aliases'> {
  const { accuracy, accuracyInterval, balancedAccuracy, macroF1 } = evaluation;
  const { kind, name, dimensions } = run.backbone;
  return {
    model: run.model,
    bundleHash,
    run: run.run.id,
    snapshot: run.snapshot.id,
    classes: run.snapshot.classes,
    backbone: { kind, name, dimensions },
    head: run.head.kind,
    sizeBytes,
    accuracy,
    accuracyInterval,
    balancedAccuracy,
    macroF1,
    createdAt: clock.now(),
  };
}

interface Finished {
  run: TrainedRun;
  version: ModelVersion;
  evaluation: UnboundEvaluation;
  endedAt: number;
}

function summarize({ run, version, evaluation, endedAt }: Finished): TrainSummary {
  const { accuracy, accuracyInterval, balancedAccuracy, macroF1 } = evaluation;
  return {
    run: run.run.id,
    model: version.model,
    version: version.version,
    snapshot: run.snapshot.id,
    accuracy,
    accuracyInterval,
    balancedAccuracy,
    macroF1,
    classes: version.classes,
    durationMs: endedAt - run.run.startedAt,
    filtered: run.rejected.length,
  };
}
