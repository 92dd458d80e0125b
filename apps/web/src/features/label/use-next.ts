/** @file The pictures to label next, asked for again after each few labels that were stored. */
import { keepPreviousData, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useEffectEvent } from 'react';
import { listNext } from '../../api/label.ts';
import { isPassing, toProblem } from '../../api/problem.ts';
import { onLabelsSaved, takeUpLabels } from './label-queue.ts';

export const labelKey = ['label'] as const;
const askedAtOnce = 150;
/** Labels after which suggestions are worth a new look, and how often they are asked for at most. */
const fresh = { labels: 5, pauseMs: 1500 } as const;
const retryMs = 2000;

/** While pictures are prepared or the server is away, it is asked again by itself. */
export const askAgainWhilePassing = ({ state }: { state: { status: string; error: unknown } }): number | false =>
  state.status === 'error' && isPassing(toProblem(state.error)) ? retryMs : false;

/** How often something is asked for again while labels are given. */
interface Pace {
  labels: number;
  pauseMs: number;
}

/** Calls `refresh` after so many stored labels, but never twice within the pause. */
export function useAfterLabels(refresh: () => void, pace: Pace): void {
  const refreshNow = useEffectEvent(refresh);
  useEffect(() => {
    const count = { since: 0, lastAt: Number.NEGATIVE_INFINITY };
    let waits: ReturnType<typeof setTimeout> | undefined;
    const check = (): void => {
      waits = undefined;
      count.since = 0;
      count.lastAt = Date.now();
      refreshNow();
    };
    const stop = onLabelsSaved((saved) => {
      count.since += saved;
      if (count.since >= pace.labels)
        waits ??= setTimeout(check, Math.max(0, count.lastAt + pace.pauseMs - Date.now()));
    });
    return () => {
      stop();
      clearTimeout(waits);
    };
  }, [pace]);
}

/** `holding`: the pictures that are shown or come next, kept from other people while newer ones are asked for. */
export function useNext(dataset: string, holding: () => readonly string[]) {
  const client = useQueryClient();
  const queryKey = [...labelKey, 'next', dataset];
  const query = useQuery({
    queryKey,
    queryFn: async ({ signal }) => {
      await takeUpLabels();
      return listNext({ dataset, count: askedAtOnce, holding: holding().join(',') }, signal);
    },
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
    refetchInterval: askAgainWhilePassing,
    placeholderData: keepPreviousData,
  });
  const refresh = (): void => void client.invalidateQueries({ queryKey });
  useAfterLabels(refresh, fresh);
  return { ...query, refresh };
}
