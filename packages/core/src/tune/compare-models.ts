/** @file The bake-off: every entrant trained on one snapshot, chosen by the validation split, reported on the test split. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Snapshot } from '@tintype/contracts/catalog';
import type { CompareOptions, Comparison, Contender } from '@tintype/contracts/compare';
import { TintypeError } from '@tintype/contracts/errors';
import { isNetworkTraining, trainOptionsSchema } from '@tintype/contracts/train';
import { evaluateRun, scoreLogits } from '../evaluate/evaluate-run.ts';
import { pairAnswers } from '../evaluate/mcnemar.ts';
import { graphFile } from '../model/bundle.ts';
import { resolveBackbone } from '../model/resolve-backbone.ts';
import { objectKeys } from '../ports/object-store.ts';
import { buildBundle } from '../registry/register-run.ts';
import { tidyRun } from '../registry/train-and-register.ts';
import { findSnapshot } from '../train/find-snapshot.ts';
import { finishRunOnFailure } from '../train/run-row.ts';
import { loadSplitFeatures } from '../train/split-features.ts';
import { type TrainRequest, trainHead } from '../train/train-head.ts';
import { type TrainNetworkNeeds, trainNetwork } from '../train/train-network.ts';
import type { SplitLogits, TrainedRun } from '../train/trained-run.types.ts';
import { type Entrant, listEntrants } from './contenders.ts';
import { backboneOf } from './model-words.ts';
import { byValidation, recommend } from './recommend.ts';
import { timeBundle } from './time-bundle.ts';
import { renderTrainCommand } from './train-command.ts';

export interface CompareRequest
  extends CompareOptions,
    Pick<TrainRequest, 'limits' | 'onProgress' | 'onNotice' | 'signal'> {
  /** Told of each entrant before it is trained. */
  onEntrant?: (name: string, position: { done: number; total: number }) => void;
  onContender?: (contender: Contender) => void;
}

/** What is kept of a training: its graph may be large, and lies in a file. */
type KeptRun = Omit<TrainedRun, 'graph'> & { graphPath: string };

export interface Compared {
  comparison: Comparison;
  /** The run that is recommended, neither finished nor registered; the others have ended. */
  chosen: TrainedRun;
}

/** Trains all of them, or those that end within the budget, and registers none. Throws what `runBakeOff` throws. */
export async function compareModels(needs: TrainNetworkNeeds, request: CompareRequest): Promise<Comparison> {
  const { comparison, chosen } = await runBakeOff(needs, request);
  await finish(needs, chosen);
  return comparison;
}

/** Throws COMPARISON_FRUITLESS where no training ended, what a snapshot and a backbone throw, CANCELLED. */
export async function runBakeOff(needs: TrainNetworkNeeds, request: CompareRequest): Promise<Compared> {
  const startedAt = needs.clock.now();
  // A name that was mistyped ends it here, not after an hour.
  for (const backbone of request.models.flatMap((model) => backboneOf(model) ?? []))
    await resolveBackbone(needs, backbone, request.signal ? { signal: request.signal } : {});
  const snapshot = await findSnapshot(needs, request);
  const folder = await mkdtemp(join(tmpdir(), 'tintype-compare-'));
  const bakeOff: BakeOff = { contenders: [], runs: new Map(), left: [] };
  try {
    await trainAll(needs, bakeOff, { request, snapshot, folder, startedAt });
    const { comparison, kept } = judge(snapshot, bakeOff);
    bakeOff.runs.delete(comparison.recommended.name);
    const { graphPath, ...chosen } = kept;
    const durationMs = needs.clock.now() - startedAt;
    return { comparison: { ...comparison, durationMs }, chosen: { ...chosen, graph: await readFile(graphPath) } };
  } finally {
    for (const run of bakeOff.runs.values()) await finish(needs, run);
    await rm(folder, { recursive: true, force: true });
  }
}

interface Setup {
  request: CompareRequest;
  snapshot: Snapshot;
  folder: string;
  startedAt: number;
}

interface BakeOff {
  contenders: Contender[];
  /** By name. */
  runs: Map<string, KeptRun>;
  left: Comparison['left'];
}

async function trainAll(needs: TrainNetworkNeeds, bakeOff: BakeOff, setup: Setup): Promise<void> {
  const { request, startedAt } = setup;
  const { budgetMs = Number.POSITIVE_INFINITY, onEntrant, onContender } = request;
  const entrants = listEntrants(request);
  for (const [done, entrant] of entrants.entries()) {
    onEntrant?.(entrant.name, { done, total: entrants.length });
    const leftMs = startedAt + budgetMs - needs.clock.now();
    const outcome = await attempt(needs, entrant, { ...setup, leftMs });
    if ('reason' in outcome) bakeOff.left.push(outcome);
    else {
      bakeOff.contenders.push(outcome.contender);
      bakeOff.runs.set(entrant.name, outcome.run);
      onContender?.(outcome.contender);
    }
  }
}

type Outcome = { contender: Contender; run: KeptRun } | Comparison['left'][number];

/** What it comes to, or why it came to nothing. */
async function attempt(
  needs: TrainNetworkNeeds,
  entrant: Entrant,
  setup: Setup & { leftMs: number },
): Promise<Outcome> {
  const { request, leftMs } = setup;
  const late = { name: entrant.name, code: 'DEADLINE_EXCEEDED', reason: 'The budget ended.' };
  if (leftMs <= 0) return late;
  const time = AbortSignal.timeout(Math.min(leftMs, 2 ** 31 - 1));
  const signal = request.signal ? AbortSignal.any([time, request.signal]) : time;
  try {
    return await train(needs, entrant, { ...setup, request: { ...request, signal } });
  } catch (error) {
    if (time.aborted && !request.signal?.aborted) return late;
    if (!(error instanceof TintypeError) || error.kind === 'storage' || error.kind === 'cancelled') throw error;
    return { name: entrant.name, code: error.code, reason: error.message };
  }
}

async function train(
  needs: TrainNetworkNeeds,
  { family, name, options }: Entrant,
  { request, snapshot, folder }: Setup,
): Promise<{ contender: Contender; run: KeptRun }> {
  const { limits, onProgress, onNotice, signal, seed, gates } = request;
  const common = {
    limits,
    ...(onProgress && { onProgress }),
    ...(onNotice && { onNotice }),
    ...(signal && { signal }),
  };
  const settings = { snapshot: snapshot.id, seed, ...options, ...(gates.length > 0 ? { gates } : {}) };
  const whole = { ...trainOptionsSchema.parse(settings), ...common };
  const isNetwork = isNetworkTraining(whole);
  if (!isNetwork) await extractFeatures(needs, snapshot, whole);
  const startedAt = performance.now();
  const run = await (isNetwork ? trainNetwork(needs, whole) : trainHead(needs, whole));
  const trainingMs = Math.round(performance.now() - startedAt);

  return await finishRunOnFailure(needs, run.run, async () => {
    const measured = await measure(needs, run, { folder, ...common });
    const { graph: _graph, ...rest } = run;
    return {
      run: { ...rest, graphPath: measured.graphPath },
      contender: {
        family,
        name,
        command: renderTrainCommand(settings),
        run: run.run.id,
        validation: scoreOf(run.validation, run),
        test: scoreOf(run.test, run),
        onValidation: null,
        onTest: null,
        pictureMs: measured.pictureMs,
        sizeBytes: measured.sizeBytes,
        trainingMs,
      },
    };
  });
}

/** The bundle as it would be registered: its size, and how long it takes for a picture. */
async function measure(
  needs: TrainNetworkNeeds,
  run: TrainedRun,
  { folder, limits, signal }: Pick<TrainRequest, 'limits' | 'signal'> & { folder: string },
): Promise<Pick<Contender, 'pictureMs' | 'sizeBytes'> & { graphPath: string }> {
  // What is timed is the model: gates cost the same on each, and their detectors may not be here.
  const bundle = buildBundle(needs.clock, { ...run, gates: [] }, evaluateRun(needs, run));
  const own = await mkdtemp(join(folder, 'bundle-'));
  for (const [file, bytes] of bundle.files) await writeFile(join(own, file), bytes);
  const pictures = await Promise.all(
    run.parity.samples.map(({ contentHash }) => needs.store.get(objectKeys.source(contentHash))),
  );
  const request = { folder: own, pictures, limits, ...(signal && { signal }) };
  const pictureMs = await timeBundle(needs.pool, bundle, request);
  return { pictureMs, sizeBytes: bundle.sizeBytes, graphPath: join(own, graphFile) };
}

/** Before the time is taken: whoever comes second on a backbone would seem faster. */
async function extractFeatures(
  needs: TrainNetworkNeeds,
  snapshot: Snapshot,
  request: Pick<TrainRequest, 'limits' | 'onProgress' | 'signal' | 'backbone'>,
): Promise<void> {
  const { signal, backbone } = request;
  const resolved = await resolveBackbone(needs, backbone, signal ? { signal } : {});
  await loadSplitFeatures(needs, { ...request, snapshot, resolved });
}

function scoreOf(answers: SplitLogits, { snapshot, calibration }: TrainedRun): Contender['test'] {
  const { accuracy, accuracyInterval } = scoreLogits({
    classes: snapshot.classes,
    logits: answers.logits,
    truth: answers.truth,
    samples: answers.sampleIds,
    temperature: calibration.temperature,
  });
  return { accuracy, interval: accuracyInterval };
}

function judge(
  snapshot: Snapshot,
  { contenders, runs, left }: BakeOff,
): { comparison: Omit<Comparison, 'durationMs'>; kept: KeptRun } {
  const [best, ...others] = contenders.toSorted(byValidation);
  if (!best)
    throw new TintypeError('COMPARISON_FRUITLESS', { reason: left[0]?.reason.replace(/\.$/, '') ?? 'there was none' });
  const runOf = ({ name }: { name: string }): KeptRun => runs.get(name) as KeptRun;
  const bestRun = runOf(best);
  const classes = snapshot.classes.length;
  const paired = others.map((one) => ({
    ...one,
    onValidation: pairAnswers(runOf(one).validation, bestRun.validation, classes),
    onTest: pairAnswers(runOf(one).test, bestRun.test, classes),
  }));
  const recommended = recommend([best, ...paired]);
  return {
    kept: runOf(recommended),
    comparison: {
      snapshot: snapshot.id,
      classes: snapshot.classes,
      validationSamples: bestRun.validation.truth.length,
      testSamples: bestRun.test.truth.length,
      contenders: [best, ...paired],
      left,
      recommended,
    },
  };
}

/** A run that was compared and not chosen has done what it was to do; it has no version. */
async function finish(
  { catalog, clock, runFolders }: TrainNetworkNeeds,
  { run }: Pick<TrainedRun, 'run'>,
): Promise<void> {
  await tidyRun(runFolders, run.id);
  await catalog.runs.finish(run.id, { status: 'succeeded', endedAt: clock.now(), error: null });
}
