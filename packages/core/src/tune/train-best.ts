/** @file `train --auto`: the bake-off within a budget, and its winner registered. */
import type { Comparison } from '@tintype/contracts/compare';
import type { PromotionRule } from '../registry/decide-promotion.ts';
import { type Registration, registerRun } from '../registry/register-run.ts';
import { tidyRun } from '../registry/train-and-register.ts';
import type { TrainNetworkNeeds } from '../train/train-network.ts';
import { type CompareRequest, runBakeOff } from './compare-models.ts';

export interface TrainBestRequest extends CompareRequest {
  by: string;
  promote?: PromotionRule;
  /** Registered name; by default the dataset's. */
  model?: string;
}

/** Of the budget, for loading the bundle back, proving it and asking the champion. */
const proofShare = 0.1;
const mostProofMs = 20_000;

/** Throws what the bake-off and registering throw. */
export async function trainBest(
  needs: TrainNetworkNeeds,
  request: TrainBestRequest,
): Promise<{ comparison: Comparison; registration: Registration }> {
  const { budgetMs } = request;
  const time =
    budgetMs === undefined ? {} : { budgetMs: Math.max(0, budgetMs - Math.min(proofShare * budgetMs, mostProofMs)) };
  const { comparison, chosen } = await runBakeOff(needs, { ...request, ...time });
  const run = request.model === undefined ? chosen : { ...chosen, model: request.model };
  const registration = await registerRun(needs, run, request);
  await tidyRun(needs.runFolders, run.run.id);
  return { comparison, registration };
}
