/** @file Loads the samples of a filter page by page, as far as they are looked at. */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import type { WorkspaceView } from '@tintype/contracts/api';
import { useCallback, useEffect, useMemo, useRef } from 'react';
import { listSamples } from '../../api/endpoints.ts';
import { emptyIntervalMs } from '../../components/use-workspace.ts';
import { type GalleryFilter, toSampleQuery } from './gallery-filter.ts';
import { choosePageSize, countTotal } from './sample-pages.ts';

export const samplesKey = ['samples'] as const;
/** How many pictures there were when the lists were loaded. */
const countKey = ['samples-count'] as const;

/** Asks for the loaded pages again when pictures were ingested meanwhile; removing and restoring leaves their number as it is. */
export function useRefreshOnIngest(workspace: WorkspaceView | undefined): void {
  const client = useQueryClient();
  const count = workspace?.datasets.reduce((sum, { samples, removed }) => sum + samples + removed, 0);
  const known = useRef(client.getQueryData<number>(countKey));
  useEffect(() => {
    if (count === undefined) return;
    if (known.current !== undefined && known.current !== count) void client.invalidateQueries({ queryKey: samplesKey });
    known.current = count;
    client.setQueryData(countKey, count);
  }, [client, count]);
}

export function useSamples(filter: GalleryFilter) {
  /** Loaded and asked for, read by the request that is about to go out. */
  const reach = useRef({ loaded: 0, needed: 0 });
  const query = useInfiniteQuery({
    queryKey: [...samplesKey, filter],
    queryFn: ({ pageParam, signal }) =>
      listSamples(
        {
          ...toSampleQuery(filter),
          cursor: pageParam,
          limit:
            pageParam === undefined ? choosePageSize(0, 0) : choosePageSize(reach.current.loaded, reach.current.needed),
        },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.nextCursor,
    // Asking again means every page again; that is done when something changed, not when time passed.
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 30_000,
    refetchOnWindowFocus: false,
    refetchInterval: ({ state }) =>
      countTotal(state.data?.pages ?? [{ items: [], total: 1 }]) === 0 ? emptyIntervalMs : false,
  });
  const pages = query.data?.pages;
  const samples = useMemo(() => (pages ?? []).flatMap((page) => page.items), [pages]);

  const loaded = samples.length;
  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const loadUpTo = useCallback(
    (needed: number) => {
      reach.current = { loaded, needed };
      if (needed > loaded && hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
    },
    [loaded, hasNextPage, isFetching, isFetchNextPageError, fetchNextPage],
  );

  return {
    samples,
    /** All that match, loaded or not. */
    total: countTotal(pages ?? []),
    isPending: query.isPending,
    /** Of the first page. */
    error: query.isLoadingError ? query.error : null,
    /** Of a later page; what is loaded stays. */
    nextError: isFetchNextPageError ? query.error : null,
    loadUpTo,
    retry: () => void (query.isLoadingError ? query.refetch() : fetchNextPage()),
  };
}
