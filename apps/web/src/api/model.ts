/** @file Addresses of reports, comparisons, lineage and the model itself, with the schema of each answer. */
import {
  type AnswersQuery,
  answersViewSchema,
  type EvaluationReport,
  evaluationReportSchema,
  type Lineage,
  lineageSchema,
  type VersionComparison,
  versionComparisonSchema,
} from '@tintype/contracts/evaluation-report';
import { forecastViewSchema, type LabelForecast } from '@tintype/contracts/label-assist';
import { type BundleManifest, bundleManifestSchema } from '@tintype/contracts/model';
import { request, toQuery } from './client.ts';

const versionUrl = (model: string, version: number | string): string =>
  `/api/models/${encodeURIComponent(model)}/versions/${version}`;

export const getReport = (
  { model, version, on }: { model: string; version: number; on: EvaluationReport['on'] },
  signal?: AbortSignal,
): Promise<EvaluationReport> =>
  request(evaluationReportSchema, `${versionUrl(model, version)}/report${toQuery({ on })}`, {
    signal,
    timeoutMs: 60_000,
  });

/** Which pictures a part of a report is about. */
export const listAnswers = (
  { model, version, ...query }: Partial<AnswersQuery> & { model: string; version: number },
  signal?: AbortSignal,
): Promise<{ total: number; sampleIds: string[] }> =>
  request(answersViewSchema, `${versionUrl(model, version)}/answers${toQuery(query)}`, { signal, timeoutMs: 60_000 });

export const compareVersions = (
  { model, version, other }: { model: string; version: number; other: number },
  signal?: AbortSignal,
): Promise<VersionComparison> =>
  request(versionComparisonSchema, `${versionUrl(model, version)}/compare${toQuery({ other })}`, {
    signal,
    timeoutMs: 60_000,
  });

export const getLineage = (model: string, version: number, signal?: AbortSignal): Promise<Lineage> =>
  request(lineageSchema, `${versionUrl(model, version)}/lineage`, { signal });

/** Null while the labels are too few. Throws LABELING_NOT_READY while features are extracted. */
export const getForecast = async (dataset: string, signal?: AbortSignal): Promise<LabelForecast | null> =>
  (await request(forecastViewSchema, `/api/label/forecast${toQuery({ dataset })}`, { signal, timeoutMs: 120_000 }))
    .forecast;

export const getBundleManifest = (model: string, version: number, signal?: AbortSignal): Promise<BundleManifest> =>
  request(bundleManifestSchema, `${versionUrl(model, version)}/bundle/bundle.json`, { signal });

export const bundleGraphUrl = (model: string, version: number): string =>
  `${versionUrl(model, version)}/bundle/model.onnx`;
