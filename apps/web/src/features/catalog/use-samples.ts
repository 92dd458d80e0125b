/** @file Loads the samples of a filter page by page, as far as they are looked at. */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useMemo, useRef } from 'react';
import { listSamples } from '../../api/endpoints.ts';
import { type GalleryFilter, toSampleQuery } from './gallery-filter.ts';
import { choosePageSize, countTotal } from './sample-pages.ts';

export const samplesKey = ['samples'] as const;

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
  });
  const pages = query.data?.pages;
  const samples = useMemo(() => (pages ?? []).flatMap((page) => page.items), [pages]);
  reach.current.loaded = samples.length;

  const { hasNextPage, isFetching, isFetchNextPageError, fetchNextPage } = query;
  const loadUpTo = useCallback(
    (needed: number) => {
      reach.current.needed = needed;
      if (needed > reach.current.loaded && hasNextPage && !isFetching && !isFetchNextPageError) void fetchNextPage();
    },
    [hasNextPage, isFetching, isFetchNextPageError, fetchNextPage],
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
