/** @file Whether a new version becomes champion: it must not be worse than the champion on pictures that neither was made from. */
import type { SnapshotEntry } from '@tintype/contracts/catalog';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureLimits } from '@tintype/contracts/picture';
import { championAlias, type ModelVersion } from '@tintype/contracts/registry';
import { classifyPictures, type LabeledPicture } from '../evaluate/classify-pictures.ts';
import { scoreLogits, testSplitOf } from '../evaluate/evaluate-run.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import type { TrainedRun } from '../train/trained-run.types.ts';

export const promotionRules = ['auto', 'always', 'never'] as const;
/**
 * `auto`: the first version becomes champion; a later one when its balanced accuracy is at least the champion's on the same pictures:
 * those of its own test split that the champion was not trained or calibrated on, nor on near-duplicates of them. Where that leaves
 * fewer than 10 pictures of a larger split, or where it lacks one of the champion's classes, it stays behind. `always` and `never` do as they say.
 */
export type PromotionRule = (typeof promotionRules)[number];

export interface PromotionDecision {
  isPromoted: boolean;
  /** A sentence for a person. */
  reason: string;
}

interface Needs {
  catalog: Pick<Catalog, 'registry' | 'snapshots'>;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
  clock: Clock;
}

interface Options {
  promote?: PromotionRule;
  limits: PictureLimits;
  signal?: AbortSignal;
}

const fewestPictures = 10;

export async function decidePromotion(needs: Needs, run: TrainedRun, options: Options): Promise<PromotionDecision> {
  const { promote = 'auto' } = options;
  if (promote === 'never') return stay('promotion was turned off');
  if (promote === 'always') return { isPromoted: true, reason: 'Made champion, as asked.' };
  const champion = await findChampion(needs, run.model);
  if (!champion) return { isPromoted: true, reason: 'Made champion: the model had none yet.' };
  const lost = champion.classes.filter((name) => !run.snapshot.classes.includes(name));
  if (lost.length > 0) return stay(`it cannot answer ${lost.join(', ')}, which version ${champion.version} can`);

  const fair = await listFairPictures(needs, champion, run);
  if (fair.length < Math.min(fewestPictures, run.test.sampleIds.length))
    return stay(
      `only ${fair.length} of the ${run.test.sampleIds.length} pictures of its test split ${fair.length === 1 ? 'is' : 'are'} new to version ${champion.version}, too few to compare`,
    );
  const isSameTest = champion.snapshot === run.snapshot.id && run.rejected.length === 0;
  const theirs =
    (isSameTest ? champion.balancedAccuracy : null) ??
    (await measureChampion(needs, { champion, fair, on: testSplitOf(run.snapshot.id) }, options));
  if (theirs === undefined)
    return { isPromoted: true, reason: `Made champion: version ${champion.version} cannot be loaded any more.` };
  const own = measureRun(run, fair);
  const numbers = `balanced accuracy ${percent(own)} against ${percent(theirs)} of version ${champion.version} on ${fair.length} test pictures ${champion.run === null ? 'of its own; those that the other was made from are not known' : 'that neither was made from'}`;
  return own >= theirs ? { isPromoted: true, reason: `Made champion: ${numbers}.` } : stay(numbers);
}

const stay = (why: string): PromotionDecision => ({
  isPromoted: false,
  reason: `Not made champion: ${why}.`,
});

async function findChampion({ catalog }: Needs, model: string): Promise<ModelVersion | undefined> {
  try {
    return await catalog.registry.getVersion(model, championAlias);
  } catch (error) {
    const codes = ['MODEL_NOT_FOUND', 'MODEL_NONE_YET', 'VERSION_NOT_FOUND'];
    if (error instanceof TintypeError && codes.includes(error.code)) return undefined;
    throw error;
  }
}

/** Test pictures of the run of whose group the champion has seen nothing. */
async function listFairPictures({ catalog }: Needs, champion: ModelVersion, run: TrainedRun): Promise<SnapshotEntry[]> {
  const entries = await catalog.snapshots.entries(run.snapshot.id);
  const seen = new Set<string>();
  // What an imported champion was made from is not known.
  const made =
    champion.run === null || champion.snapshot === null ? [] : await catalog.snapshots.entries(champion.snapshot);
  for (const { split, contentHash } of made) if (split !== 'test') seen.add(contentHash);
  const tainted = new Set(entries.flatMap(({ contentHash, group }) => (seen.has(contentHash) ? [group] : [])));
  const answered = new Set(run.test.sampleIds);
  return entries.filter(
    ({ split, group, sampleId }) => split === 'test' && !tainted.has(group) && answered.has(sampleId),
  );
}

/** Undefined where the champion's bundle is damaged. */
async function measureChampion(
  needs: Needs,
  { champion, fair, on }: { champion: ModelVersion; fair: readonly SnapshotEntry[]; on: string },
  { limits, signal }: Options,
): Promise<number | undefined> {
  async function* pictures(): AsyncGenerator<LabeledPicture> {
    for (const { sampleId, className, contentHash } of fair)
      yield { name: sampleId, className, read: () => needs.store.get(objectKeys.source(contentHash)) };
  }
  try {
    const request = { limits, on, pictures: pictures(), ...(signal ? { signal } : {}) };
    return (await classifyPictures(needs, champion, request)).balancedAccuracy;
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'BUNDLE_CORRUPT') return undefined;
    throw error;
  }
}

function measureRun({ test, snapshot, calibration }: TrainedRun, fair: readonly SnapshotEntry[]): number {
  const { classes } = snapshot;
  const wanted = new Set(fair.map((entry) => entry.sampleId));
  const positions = test.sampleIds.flatMap((sampleId, n) => (wanted.has(sampleId) ? [n] : []));
  const logits = new Float32Array(positions.length * classes.length);
  positions.forEach((from, n) =>
    logits.set(test.logits.subarray(from * classes.length, (from + 1) * classes.length), n * classes.length),
  );
  return scoreLogits({
    classes,
    logits,
    truth: Int32Array.from(positions, (n) => test.truth[n] as number),
    samples: positions.map((n) => test.sampleIds[n] as string),
    temperature: calibration.temperature,
  }).balancedAccuracy;
}

const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;
