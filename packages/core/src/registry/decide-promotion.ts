/** @file Whether a new version becomes champion: it must not be worse than the champion on the same pictures. */
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureLimits } from '@tintype/contracts/picture';
import { championAlias, type ModelVersion } from '@tintype/contracts/registry';
import { classifyPictures, type LabeledPicture } from '../evaluate/classify-pictures.ts';
import { testSplitOf, type UnboundEvaluation } from '../evaluate/evaluate-run.ts';
import { objectKeys } from '../ports/object-store.ts';
import type { TrainedRun } from '../train/trained-run.types.ts';
import type { RegisterNeeds } from './register-run.ts';

export const promotionRules = ['auto', 'always', 'never'] as const;
/**
 * `auto`: the first version becomes champion; a later one when its balanced accuracy on its snapshot's test split is at least that of
 * the champion on the same pictures (measured now where the champion is of another snapshot, whose training may have seen some of
 * them: that favors the champion, never the newcomer). `always` and `never` do as they say.
 */
export type PromotionRule = (typeof promotionRules)[number];

export interface PromotionDecision {
  isPromoted: boolean;
  /** A sentence for a person. */
  reason: string;
}

export async function decidePromotion(
  needs: RegisterNeeds,
  run: TrainedRun,
  evaluation: UnboundEvaluation,
  options: { promote?: PromotionRule; limits: PictureLimits; signal?: AbortSignal },
): Promise<PromotionDecision> {
  const { promote = 'auto' } = options;
  if (promote === 'never') return { isPromoted: false, reason: 'Not made champion: promotion was turned off.' };
  if (promote === 'always') return { isPromoted: true, reason: 'Made champion, as asked.' };
  const champion = await findChampion(needs, run.model);
  if (!champion) return { isPromoted: true, reason: 'Made champion: the model has none yet.' };

  const found = await measureChampion(needs, champion, run, options);
  if (found === undefined)
    return { isPromoted: true, reason: `Made champion: version ${champion.version} cannot be loaded any more.` };
  const numbers = `balanced accuracy ${percent(evaluation.balancedAccuracy)} against ${percent(found)} of version ${champion.version} on the test split of ${run.snapshot.id}`;
  return evaluation.balancedAccuracy >= found
    ? { isPromoted: true, reason: `Made champion: ${numbers}.` }
    : {
        isPromoted: false,
        reason: `Not made champion: ${numbers}. To promote it all the same: tintype models promote VERSION champion`,
      };
}

async function findChampion({ catalog }: RegisterNeeds, model: string): Promise<ModelVersion | undefined> {
  try {
    return await catalog.registry.getVersion(model, championAlias);
  } catch (error) {
    const codes = ['MODEL_NOT_FOUND', 'MODEL_NONE_YET', 'VERSION_NOT_FOUND'];
    if (error instanceof TintypeError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** Balanced accuracy of the champion on the run's test split; undefined where its bundle is damaged. */
async function measureChampion(
  needs: RegisterNeeds,
  champion: ModelVersion,
  run: TrainedRun,
  { limits, signal }: { limits: PictureLimits; signal?: AbortSignal },
): Promise<number | undefined> {
  if (champion.snapshot === run.snapshot.id) return champion.balancedAccuracy;
  const entries = await needs.catalog.snapshots.entries(run.snapshot.id);
  async function* pictures(): AsyncGenerator<LabeledPicture> {
    for (const { split, sampleId, className, contentHash } of entries)
      if (split === 'test')
        yield { name: sampleId, className, read: () => needs.store.get(objectKeys.source(contentHash)) };
  }
  try {
    const on = testSplitOf(run.snapshot.id);
    const options = { limits, on, pictures: pictures(), ...(signal ? { signal } : {}) };
    return (await classifyPictures(needs, champion, options)).balancedAccuracy;
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'BUNDLE_CORRUPT') return undefined;
    throw error;
  }
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
