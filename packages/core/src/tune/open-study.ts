/** @file A new study of what is asked, or the one that is to go on. */
import { TintypeError } from '@tintype/contracts/errors';
import { defaultBudgetMs, type Study, type TuneOptions } from '@tintype/contracts/tune';
import { resolveBackbone } from '../model/resolve-backbone.ts';
import { findSnapshot } from '../train/find-snapshot.ts';
import type { TrainNeeds, TrainRequest } from '../train/train-head.ts';
import { backboneOf, isNetworkWord } from './model-words.ts';
import { buildSpace } from './spaces.ts';

export type StudyRequest = TuneOptions & Pick<TrainRequest, 'limits' | 'onProgress' | 'signal'>;

/** Throws STUDY_EXISTS, STUDY_NOT_FOUND, and what the snapshot and the models throw. */
export function openStudy(needs: TrainNeeds, request: StudyRequest): Promise<Study> {
  return request.resume ? reopenStudy(needs, request) : createStudy(needs, request);
}

async function reopenStudy({ catalog }: TrainNeeds, { study: name, budgetMs }: StudyRequest): Promise<Study> {
  const found = name === undefined ? (await catalog.studies.list())[0] : await catalog.studies.get(name);
  if (!found) throw new TintypeError('STUDY_NOT_FOUND', { study: '', known: [] });
  const change = {
    endedBecause: null,
    ...(budgetMs === undefined ? {} : { budgetMs: found.spentMs + budgetMs }),
  };
  await catalog.studies.update(found.name, change);
  return { ...found, ...change };
}

async function createStudy(needs: TrainNeeds, request: StudyRequest): Promise<Study> {
  const { catalog, clock } = needs;
  const known = (await catalog.studies.list()).map(({ name }) => name);
  if (request.study !== undefined && known.includes(request.study))
    throw new TintypeError('STUDY_EXISTS', { study: request.study });
  const models = [...new Set(request.models)];
  for (const backbone of models.flatMap((model) => backboneOf(model) ?? []))
    await resolveBackbone(needs, backbone, request.signal ? { signal: request.signal } : {});
  const snapshot = await findSnapshot(needs, request);
  const { metric, sampler, pruner, seed, gates, budgetMs = defaultBudgetMs } = request;
  const study: Study = {
    name: request.study ?? nameStudy(snapshot.dataset, known),
    dataset: snapshot.dataset,
    snapshot: snapshot.id,
    metric,
    // One measure for all: networks are not trained five times over.
    scoring: models.some(isNetworkWord) ? 'validation' : 'folds',
    sampler,
    pruner,
    seed,
    models,
    space: [...buildSpace(models)],
    common: { snapshot: snapshot.id, seed, ...(gates.length > 0 ? { gates } : {}) },
    budgetMs,
    spentMs: 0,
    createdAt: clock.now(),
    heartbeatAt: null,
    endedBecause: null,
  };
  await catalog.studies.create(study);
  return study;
}

/** `scenes-1`, or the first number that is free. */
function nameStudy(dataset: string, known: readonly string[]): string {
  for (let number = 1; ; number += 1) {
    const name = `${dataset.slice(0, 56)}-${number}`;
    if (!known.includes(name)) return name;
  }
}
