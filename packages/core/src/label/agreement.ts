/** @file Whether people agree: Cohen's kappa (1960) for two, Fleiss' kappa (1971) for many, gold questions, and what to decide together. */
import type { Interval } from '@tintype/contracts/ids';
import type { Kappa } from '@tintype/contracts/people';
import { computeWilsonInterval } from '../model/wilson-interval.ts';

/** What two people said of the same pictures; 1 is perfect, 0 what chance gives. Undefined where nothing or only one class was said: chance alone agrees. */
export function cohenKappa(first: readonly string[], second: readonly string[]): number | undefined {
  return measureCohen(first, second).kappa ?? undefined;
}

/** Cohen's kappa with its interval at 95 %. */
export function measureCohen(first: readonly string[], second: readonly string[]): Kappa {
  if (first.length !== second.length) throw new RangeError('two people must have judged the same pictures');
  const total = first.length;
  const [own, other] = [countClasses(first), countClasses(second)];
  const chance = [...own].reduce((sum, [name, n]) => sum + (n / total) * ((other.get(name) ?? 0) / total), 0);
  const seen = first.filter((name, n) => name === second[n]).length / total;
  return toKappa({ seen, chance, pictures: total });
}

/** `judgments`: per picture what each person said; pictures with one judgment are left out, numbers of judges may differ. Undefined as above. */
export function fleissKappa(judgments: readonly (readonly string[])[]): number | undefined {
  return measureFleiss(judgments).kappa ?? undefined;
}

/** Fleiss' kappa with its interval at 95 %. */
export function measureFleiss(judgments: readonly (readonly string[])[]): Kappa {
  const judged = judgments.filter((said) => said.length > 1).map(countClasses);
  const all = new Map<string, number>();
  for (const counts of judged) for (const [name, n] of counts) all.set(name, (all.get(name) ?? 0) + n);
  const total = [...all.values()].reduce((sum, n) => sum + n, 0);
  const chance = [...all.values()].reduce((sum, n) => sum + (n / total) ** 2, 0);
  const seen = judged.reduce((sum, counts) => sum + pairAgreement(counts), 0) / judged.length;
  return toKappa({ seen, chance, pictures: judged.length });
}

/**
 * (seen - chance) / (1 - chance). Its interval is Wilson's for what was seen, on the same scale: the usual one, by the standard error of kappa, is of no
 * width where nobody differs, however few the pictures are.
 */
function toKappa({ seen, chance, pictures }: { seen: number; chance: number; pictures: number }): Kappa {
  if (pictures === 0) return { kappa: null, interval: null, pictures, agreed: null };
  if (chance === 1) return { kappa: null, interval: null, pictures, agreed: seen };
  const beyond = (share: number): number => (share - chance) / (1 - chance);
  const [low, high] = computeWilsonInterval(seen * pictures, pictures);
  return { kappa: beyond(seen), interval: [beyond(low), beyond(high)], pictures, agreed: seen };
}

/** Share of gold questions (pictures whose class is known) that somebody answered as known; undefined without any. */
export function goldAccuracy(
  answers: ReadonlyMap<string, string>,
  gold: ReadonlyMap<string, string>,
): { asked: number; right: number; accuracy: number; interval: Interval } | undefined {
  const asked = [...answers].filter(([sampleId]) => gold.has(sampleId));
  if (asked.length === 0) return undefined;
  const right = asked.filter(([sampleId, said]) => gold.get(sampleId) === said).length;
  return {
    asked: asked.length,
    right,
    accuracy: right / asked.length,
    interval: computeWilsonInterval(right, asked.length),
  };
}

/** Pictures on which people differ, the most divided first; equals in id order. */
export function listDisagreements(
  judgments: ReadonlyMap<string, readonly string[]>,
): { sampleId: string; counts: Map<string, number> }[] {
  return [...judgments]
    .map(([sampleId, said]) => ({ sampleId, counts: countClasses(said) }))
    .filter(({ counts }) => counts.size > 1)
    .sort((a, b) => pairAgreement(a.counts) - pairAgreement(b.counts) || (a.sampleId < b.sampleId ? -1 : 1));
}

function countClasses(said: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const name of said) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** Share of pairs of judges who say the same. */
function pairAgreement(counts: ReadonlyMap<string, number>): number {
  const judges = [...counts.values()].reduce((sum, n) => sum + n, 0);
  const pairs = [...counts.values()].reduce((sum, n) => sum + n * (n - 1), 0);
  return pairs / (judges * (judges - 1));
}
