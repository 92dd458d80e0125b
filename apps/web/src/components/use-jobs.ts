/** @file Jobs as a page follows them: all that are open, one until it ends, and asking for one or ending it. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { Job } from '@tintype/contracts/job';
import { addJob, cancelJob, getJob, listJobs } from '../api/train.ts';
import { isOpen } from './job-words.ts';
import { useScope } from './use-scope.ts';

export const jobsKey = ['jobs'] as const;

const openMs = 1000;
const idleMs = 10_000;

/** Newest first; asked for only where the reader may see jobs. */
export function useJobs() {
  const isAllowed = useScope('train');
  return useQuery({
    queryKey: jobsKey,
    queryFn: ({ signal }) => listJobs(signal),
    enabled: isAllowed,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.items.some(isOpen) ? openMs : idleMs),
  });
}

/** One job, until it has ended. */
export const useJob = (id: string | null | undefined) =>
  useQuery({
    queryKey: [...jobsKey, id],
    queryFn: ({ signal }) => getJob(id as string, signal),
    enabled: id !== null && id !== undefined,
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data && !isOpen(state.data) ? false : openMs),
  });

export function useAddJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ kind, input }: { kind: Job['kind']; input: object }) => addJob(kind, input),
    onSuccess: (job) => {
      client.setQueryData([...jobsKey, job.id], job);
      return client.invalidateQueries({ queryKey: jobsKey, exact: true });
    },
  });
}

export function useCancelJob() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: cancelJob,
    onSettled: () => client.invalidateQueries({ queryKey: jobsKey }),
  });
}
