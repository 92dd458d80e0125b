/** @file The samples of a query by position: those in sight are loaded, wherever one jumps; what was seen a moment ago is still there. */
import { useDebouncedCallback } from '@mantine/hooks';
import { type QueryClient, useQueries, useQueryClient } from '@tanstack/react-query';
import type { WorkspaceView } from '@tintype/contracts/api';
import type { ListedSample } from '@tintype/contracts/catalog';
import { useEffect, useRef, useState } from 'react';
import { listSamples } from '../../api/catalog.ts';
import { emptyIntervalMs } from '../../components/use-workspace.ts';
import { type PicturesQuery, renderFilter } from './gallery-filter.ts';
import { pageOf, pageSize, pagesWithin, type Range, type SamplePage, withMargin } from './sample-pages.ts';

export const samplesKey = ['samples'] as const;
/** How many pictures there were when the lists were loaded. */
const countKey = ['samples-count'] as const;
/** While one drags the scroll bar, requests wait for a rest this long. */
const restMs = 60;

const pageKey = (address: string, page: number) => [...samplesKey, address, page] as const;

/** Asks again for what is shown when pictures were ingested meanwhile; removing and restoring leaves their number as it is. */
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

export interface GalleryPages {
  /** Undefined while it is being loaded. */
  sampleAt: (position: number) => ListedSample | undefined;
  /** Position of a loaded sample, or -1. */
  positionOf: (id: string) => number;
  /** All that match, loaded or not. */
  total: number;
  /** Nothing is known yet. */
  isPending: boolean;
  /** What is shown answers the query before this one, until the answer comes. */
  isStale: boolean;
  /** Nothing can be shown. */
  error: unknown;
  /** A part did not come; what is loaded stays. */
  partError: unknown;
  /** Tells what is in sight. */
  look: (range: Range) => void;
  retry: () => void;
}

interface Known {
  address: string;
  total: number;
}

export function useGalleryPages(query: PicturesQuery): GalleryPages {
  const client = useQueryClient();
  const address = renderFilter(query).toString();
  const [sight, setSight] = useState({ address, range: { first: 0, last: 0 } });
  const range = sight.address === address ? sight.range : { first: 0, last: 0 };
  const pages = pagesWithin(range);
  const results = useQueries({ queries: pages.map((page) => pageQuery(query, page)) });

  const newest = results.reduce<SamplePage & { at: number }>(
    (best, { data, dataUpdatedAt }) => (data && dataUpdatedAt > best.at ? { ...data, at: dataUpdatedAt } : best),
    { items: [], total: -1, at: -1 },
  );
  const [shown, setShown] = useState<Known>();
  if (newest.total >= 0 && (shown?.address !== address || shown.total !== newest.total))
    setShown({ address, total: newest.total });
  const isStale = shown !== undefined && shown.address !== address;
  const failed = results.find(({ isLoadingError }) => isLoadingError);
  const isNothingKnown = shown?.address !== address;

  const total = shown?.address === address ? shown.total : 0;
  const settle = useDebouncedCallback((next: Range) => {
    const wanted = withMargin(next, total);
    setSight((before) =>
      before.address === address && isSameRange(before.range, wanted) ? before : { address, range: wanted },
    );
  }, restMs);

  const shownAddress = shown?.address ?? address;
  return {
    sampleAt: (position) => readPage(client, shownAddress, pageOf(position))?.items[position % pageSize],
    positionOf: (id) => findPosition(client, shownAddress, id),
    total: shown?.total ?? 0,
    isPending: shown === undefined && !failed,
    isStale: isStale && !failed,
    error: isNothingKnown && failed ? failed.error : null,
    partError: !isNothingKnown && failed ? failed.error : null,
    look: settle,
    retry: () => void Promise.all(results.filter(({ isError }) => isError).map(({ refetch }) => refetch())),
  };
}

const isSameRange = (a: Range, b: Range): boolean =>
  pageOf(a.first) === pageOf(b.first) && pageOf(a.last) === pageOf(b.last);

const pageQuery = (query: PicturesQuery, page: number) => ({
  queryKey: pageKey(renderFilter(query).toString(), page),
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    listSamples({ ...query, offset: page * pageSize, limit: pageSize }, signal),
  // Asked again when something changed, not when time passed.
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 60_000,
  refetchOnWindowFocus: false,
  refetchInterval: ({ state }: { state: { data: SamplePage | undefined } }) =>
    state.data?.total === 0 ? emptyIntervalMs : false,
});

const readPage = (client: QueryClient, address: string, page: number): SamplePage | undefined =>
  client.getQueryData<SamplePage>(pageKey(address, page));

function findPosition(client: QueryClient, address: string, id: string): number {
  for (const [key, data] of client.getQueriesData<SamplePage>({ queryKey: [...samplesKey, address] })) {
    const index = data?.items.findIndex((sample) => sample.id === id) ?? -1;
    if (index >= 0) return Number(key.at(-1)) * pageSize + index;
  }
  return -1;
}
