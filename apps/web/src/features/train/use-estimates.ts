/** @file How long trainings would take: measured one after the other, what was measured kept while the page is open. */
import { type QueryClient, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { estimateTraining } from '../../api/train.ts';

/** Pictures and labels change, slowly. */
const freshMs = 10 * 60_000;

const estimateQuery = (options: object) => ({
  queryKey: ['estimates', options] as const,
  queryFn: ({ signal }: { signal: AbortSignal }) => estimateTraining(options, signal),
  staleTime: freshMs,
  gcTime: freshMs,
  retry: false,
});

/** What is known of one; it is asked for only where `isAsked`. */
export const useEstimate = (options: object | undefined, isAsked: boolean) =>
  useQuery({ ...estimateQuery(options ?? {}), enabled: isAsked && options !== undefined });

/** Measures each of a list that is not known, in order: the machine has one processor to measure on. */
export function useMeasureAll(list: readonly object[]): void {
  const client = useQueryClient();
  const key = JSON.stringify(list);
  useEffect(() => {
    const control = new AbortController();
    void measureAll(client, JSON.parse(key) as object[], control.signal);
    return () => control.abort();
  }, [client, key]);
}

async function measureAll(client: QueryClient, list: readonly object[], signal: AbortSignal): Promise<void> {
  for (const options of list) {
    if (signal.aborted) return;
    const { queryKey } = estimateQuery(options);
    // One that failed would fail again; it is asked for when it is chosen.
    if (client.getQueryState(queryKey)?.status === 'error') continue;
    await client.fetchQuery(estimateQuery(options)).catch(() => undefined);
  }
}
