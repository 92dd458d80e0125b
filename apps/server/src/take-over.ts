/** @file A training whose worker was killed: gone on with where it has checkpoints, begun anew where not, and never registered twice. */
import { TintypeError } from '@tintype/contracts/errors';
import { isNetworkTraining, trainOptionsSchema } from '@tintype/contracts/train';
import type { Workspace } from '@tintype/core/ports/workspace';

export interface TakenOver {
  /** To be resumed. */
  run?: string;
  /** Of what the worker before had registered when it died. */
  result?: Record<string, unknown>;
}

/** Undefined where there is nothing to go on with; a head that was begun is closed, since it has no checkpoints. */
export async function takeOver(
  { catalog, clock }: Pick<Workspace, 'catalog' | 'clock'>,
  runId: string | undefined,
): Promise<TakenOver | undefined> {
  if (runId === undefined) return undefined;
  const run = await catalog.runs.get(runId);
  if (run.status === 'succeeded') return { result: await summarizeRegistered(catalog, runId) };
  if (isNetworkTraining(trainOptionsSchema.parse(run.options))) return { run: runId };
  const { code, message } = new TintypeError('TRAINER_ENDED', { reason: 'crashed' });
  await catalog.runs.finish(runId, { status: 'failed', endedAt: clock.now(), error: { code, detail: message } });
  return undefined;
}

async function summarizeRegistered(
  { registry }: Pick<Workspace['catalog'], 'registry'>,
  runId: string,
): Promise<Record<string, unknown>> {
  const versions = (await registry.list()).flatMap((model) => model.versions);
  const found = versions.find(({ run }) => run === runId);
  if (!found) return { run: runId };
  const { model, version, snapshot, accuracy, accuracyInterval, balancedAccuracy, macroF1, classes } = found;
  return { run: runId, model, version, snapshot, accuracy, accuracyInterval, balancedAccuracy, macroF1, classes };
}
