/** @file The report of a version: calibration, thresholds and slices, out of the answers that were kept for each picture. */
import type { AnswerScope, AnswersQuery, EvaluationReport } from '@tintype/contracts/evaluation-report';
import { mostAnswerIds } from '@tintype/contracts/evaluation-report';
import type { ModelVersion } from '@tintype/contracts/registry';
import { computeWilsonInterval } from '../model/wilson-interval.ts';
import { eachAnswer, type JudgedPicture } from '../ports/answer-store.ts';
import type { Catalog } from '../ports/catalog.ts';
import { computeReliability, undoTemperature } from './reliability.ts';
import { computeSlices, isInSlice, type SlicedPicture } from './slices.ts';
import { countThresholds } from './thresholds.ts';

export interface ReportNeeds {
  catalog: Pick<Catalog, 'answers' | 'evaluations'>;
}

type Version = Pick<ModelVersion, 'model' | 'version' | 'snapshot' | 'classes'>;

/** Probabilities are read once and left behind: a hundred thousand pictures take some ten megabytes. */
type Slim = Omit<JudgedPicture, 'probabilities'> & SlicedPicture & { before: number };

/** Nothing is kept yet where `pictures` is 0. */
export async function reportVersion(
  { catalog }: ReportNeeds,
  version: Version,
  { on }: { on: AnswerScope },
): Promise<EvaluationReport> {
  const [latest] = await catalog.evaluations.list(version.model, version.version);
  const temperature = latest?.calibration.temperature ?? 1;
  const pictures: Slim[] = [];
  for await (const { probabilities, ...picture } of eachAnswer(catalog.answers, { ...version, on }))
    pictures.push({
      ...picture,
      isRight: isRight(picture),
      before: probabilities ? undoTemperature(probabilities, temperature) : picture.confidence,
    });
  const right = pictures.filter((picture) => picture.isRight).length;
  return {
    on,
    pictures: pictures.length,
    accuracy: pictures.length === 0 ? 0 : right / pictures.length,
    accuracyInterval: computeWilsonInterval(right, pictures.length),
    temperature,
    reliability: {
      before: computeReliability(pictures.map(({ before, isRight }) => ({ confidence: before, isRight }))),
      after: computeReliability(pictures),
    },
    thresholds: countThresholds(pictures, version.classes),
    slices: computeSlices(pictures),
  };
}

/** Which pictures a part of the report is about, in sample-id order. */
export async function findAnswers(
  { catalog }: Pick<ReportNeeds, 'catalog'>,
  version: Version,
  query: AnswersQuery,
): Promise<{ total: number; sampleIds: string[] }> {
  const sampleIds: string[] = [];
  let total = 0;
  for await (const picture of eachAnswer(catalog.answers, { ...version, on: query.on })) {
    if (!isAskedFor(picture, query)) continue;
    total += 1;
    if (sampleIds.length < mostAnswerIds) sampleIds.push(picture.sampleId);
  }
  return { total, sampleIds };
}

function isAskedFor(picture: JudgedPicture, query: AnswersQuery): boolean {
  const { className, predicted, wrong, sliceKind, sliceName, from = 0, to = Number.POSITIVE_INFINITY } = query;
  if (className !== undefined && picture.className !== className) return false;
  if (predicted !== undefined && picture.predicted !== predicted) return false;
  if (wrong !== undefined && isRight(picture) === wrong) return false;
  if (picture.confidence < from || picture.confidence >= to) return false;
  if (sliceKind === undefined || sliceName === undefined) return true;
  return isInSlice({ ...picture, isRight: isRight(picture) }, { kind: sliceKind, name: sliceName });
}

const isRight = ({ className, predicted }: Pick<JudgedPicture, 'className' | 'predicted'>): boolean =>
  className === predicted;
