/** @file Champion against challenger: two versions on the same pictures, those that neither was trained on. */
import type { Disagreement, VersionComparison } from '@tintype/contracts/evaluation-report';
import type { ModelVersion } from '@tintype/contracts/registry';
import { computeWilsonInterval } from '../model/wilson-interval.ts';
import { eachAnswer } from '../ports/answer-store.ts';
import type { Catalog } from '../ports/catalog.ts';
import { computeMcnemar } from './mcnemar.ts';

const mostDisagreements = 1000;

interface Needs {
  catalog: Pick<Catalog, 'answers'>;
}
type Version = Pick<ModelVersion, 'model' | 'version' | 'snapshot'>;
type Wrong = Disagreement & { confidence: number };

/** Both are judged by the labels that `own` is judged by. */
export async function compareVersions({ catalog }: Needs, own: Version, other: Version): Promise<VersionComparison> {
  const others = new Map<string, { predicted: string; confidence: number }>();
  for await (const { sampleId, predicted, confidence } of eachAnswer(catalog.answers, { ...other, on: 'unseen' }))
    others.set(sampleId, { predicted, confidence });
  const counts = { bothRight: 0, onlyOwnRight: 0, onlyOtherRight: 0, bothWrong: 0 };
  const [won, lost]: [Wrong[], Wrong[]] = [[], []];
  let isAnswered = false;
  for await (const picture of eachAnswer(catalog.answers, { ...own, on: 'unseen' })) {
    isAnswered = true;
    const its = others.get(picture.sampleId);
    if (!its) continue;
    const { sampleId, className, predicted } = picture;
    const [isOwnRight, isOtherRight] = [predicted === className, its.predicted === className];
    const both = { sampleId, className, predicted, otherPredicted: its.predicted };
    if (isOwnRight && isOtherRight) counts.bothRight += 1;
    else if (isOwnRight) counts.onlyOwnRight = won.push({ ...both, confidence: its.confidence });
    else if (isOtherRight) counts.onlyOtherRight = lost.push({ ...both, confidence: picture.confidence });
    else counts.bothWrong += 1;
  }
  const pictures = counts.bothRight + counts.onlyOwnRight + counts.onlyOtherRight + counts.bothWrong;
  const unanswered = [...(isAnswered ? [] : [own.version]), ...(others.size > 0 ? [] : [other.version])];
  return {
    version: own.version,
    other: other.version,
    pictures,
    own: judge(counts.bothRight + counts.onlyOwnRight, pictures),
    others: judge(counts.bothRight + counts.onlyOtherRight, pictures),
    ...counts,
    p: computeMcnemar(counts.onlyOwnRight, counts.onlyOtherRight),
    won: surest(won),
    lost: surest(lost),
    unanswered,
  };
}

const judge = (right: number, pictures: number): VersionComparison['own'] => ({
  accuracy: pictures === 0 ? 0 : right / pictures,
  interval: computeWilsonInterval(right, pictures),
});

const surest = (wrong: readonly Wrong[]): Disagreement[] =>
  wrong
    .toSorted((a, b) => b.confidence - a.confidence || (a.sampleId < b.sampleId ? -1 : 1))
    .slice(0, mostDisagreements)
    .map(({ sampleId, className, predicted, otherPredicted }) => ({ sampleId, className, predicted, otherPredicted }));
