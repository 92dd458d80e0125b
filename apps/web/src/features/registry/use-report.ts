/** @file What is read out of a version's kept answers: reports, comparisons, lineage, forecasts, and the pictures behind a number. */
import { useMutation, useQuery } from '@tanstack/react-query';
import type { AnswerScope, AnswersQuery } from '@tintype/contracts/evaluation-report';
import { compareVersions, getForecast, getLineage, getReport, listAnswers } from '../../api/model.ts';
import { toProblem } from '../../api/problem.ts';
import { modelsKey } from '../../components/use-workspace.ts';
import { openAsView } from '../catalog/open-as-view.ts';

export interface VersionName {
  model: string;
  version: number;
}

export const useReport = ({ model, version }: VersionName, on: AnswerScope) =>
  useQuery({
    queryKey: [...modelsKey, model, version, 'report', on],
    queryFn: ({ signal }) => getReport({ model, version, on }, signal),
    staleTime: 30_000,
  });

export const useComparison = ({ model, version }: VersionName, other: number | undefined) =>
  useQuery({
    queryKey: [...modelsKey, model, version, 'compare', other],
    queryFn: ({ signal }) => compareVersions({ model, version, other: other as number }, signal),
    enabled: other !== undefined,
    staleTime: 30_000,
  });

export const useLineage = ({ model, version }: VersionName) =>
  useQuery({
    queryKey: [...modelsKey, model, version, 'lineage'],
    queryFn: ({ signal }) => getLineage(model, version, signal),
  });

/** While the features of the dataset are extracted it is asked again and again, for five minutes. */
const notReady = { code: 'LABELING_NOT_READY', tries: 150, waitMs: 2000 };

/** The first answer takes as long as the labeling engine takes to read the features. */
export const useForecast = (dataset: string | undefined) =>
  useQuery({
    queryKey: ['forecast', dataset],
    queryFn: ({ signal }) => getForecast(dataset as string, signal),
    enabled: dataset !== undefined,
    staleTime: 60_000,
    refetchOnWindowFocus: false,
    retry: (failures, error) => toProblem(error).code === notReady.code && failures < notReady.tries,
    retryDelay: notReady.waitMs,
  });

/** Opens the pictures that a number is about in the grid. */
export function useOpenAnswers({ model, version }: VersionName) {
  return useMutation({
    mutationFn: async (query: Partial<AnswersQuery>) => {
      const { sampleIds } = await listAnswers({ model, version, ...query });
      await openAsView(sampleIds);
    },
  });
}
