/** @file Runs, studies and estimates as the page follows them: by events while a run is trained, by asking again otherwise. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { RunMetricsView, RunView } from '@tintype/contracts/api';
import { type EpochMetrics, epochMetricsSchema, runProgressSchema } from '@tintype/contracts/train-events';
import { useEffect } from 'react';
import {
  getRun,
  getStudy,
  listRunMetrics,
  listRuns,
  listStudies,
  listTrainableModels,
  resumeRun,
  runEventsUrl,
} from '../../api/train.ts';
import { jobsKey } from '../../components/use-jobs.ts';
import { modelsKey } from '../../components/use-workspace.ts';

export const runsKey = ['runs'] as const;
export const studiesKey = ['studies'] as const;
const runKey = (id: string) => [...runsKey, id] as const;
const metricsKey = (id: string) => [...runsKey, id, 'metrics'] as const;

const liveMs = 2000;
const idleMs = 15_000;

export const useRuns = () =>
  useQuery({
    queryKey: runsKey,
    queryFn: ({ signal }) => listRuns(signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.items.some(({ status }) => status === 'running') ? liveMs : idleMs),
  });

const isLive = (view: RunView | undefined): boolean =>
  view !== undefined && (view.run.status === 'running' || view.job !== null);

export const useRun = (id: string) =>
  useQuery({
    queryKey: runKey(id),
    queryFn: ({ signal }) => getRun(id, signal),
    refetchInterval: ({ state }) => (isLive(state.data) ? liveMs : false),
  });

export const useRunMetrics = (id: string, isRunning: boolean) =>
  useQuery({
    queryKey: metricsKey(id),
    queryFn: ({ signal }) => listRunMetrics(id, signal),
    refetchInterval: isRunning ? idleMs : false,
  });

/** What happens to a run, as it happens; where the stream does not come, asking again is enough. */
export function useRunEvents(id: string, isRunning: boolean): void {
  const client = useQueryClient();
  useEffect(() => {
    if (!isRunning) return undefined;
    const source = new EventSource(runEventsUrl(id));
    source.addEventListener('epoch', (event: MessageEvent<string>) => {
      const parsed = epochMetricsSchema.safeParse(JSON.parse(event.data));
      if (!parsed.success) return;
      client.setQueryData<RunMetricsView>(metricsKey(id), (view) => ({
        items: putEpoch(view?.items ?? [], parsed.data),
      }));
    });
    source.addEventListener('progress', (event: MessageEvent<string>) => {
      const parsed = runProgressSchema.safeParse(JSON.parse(event.data));
      if (!parsed.success) return;
      client.setQueryData<RunView>(runKey(id), (view) => view && { ...view, progress: parsed.data });
    });
    source.addEventListener('ended', () => {
      source.close();
      for (const queryKey of [runsKey, modelsKey, jobsKey]) void client.invalidateQueries({ queryKey });
    });
    return () => source.close();
  }, [client, id, isRunning]);
}

/** A resumed run may go through an epoch again. */
const putEpoch = (items: readonly EpochMetrics[], epoch: EpochMetrics): EpochMetrics[] =>
  [...items.filter((one) => one.epoch !== epoch.epoch), epoch].sort((a, b) => a.epoch - b.epoch);

export function useResumeRun() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: resumeRun,
    onSettled: () => Promise.all([runsKey, jobsKey].map((queryKey) => client.invalidateQueries({ queryKey }))),
  });
}

export const useTrainableModels = () =>
  useQuery({
    queryKey: ['trainable-models'],
    queryFn: ({ signal }) => listTrainableModels(signal),
    staleTime: 60_000,
  });

export const useStudies = () =>
  useQuery({
    queryKey: studiesKey,
    queryFn: ({ signal }) => listStudies(signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.items.some((study) => study.isLive) ? liveMs : idleMs),
  });

export const useStudy = (name: string) =>
  useQuery({
    queryKey: [...studiesKey, name],
    queryFn: ({ signal }) => getStudy(name, signal),
    refetchInterval: ({ state }) => (state.data?.isLive || state.data?.job ? liveMs : false),
  });
