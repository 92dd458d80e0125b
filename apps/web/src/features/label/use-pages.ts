/** @file Pages of pictures that are suggested to be of one class: one is shown until it is decided, while newer ones are fetched. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { GridPage } from '@tintype/contracts/label-assist';
import { useState } from 'react';
import { listGrids } from '../../api/label.ts';
import { useLease } from './use-lease.ts';
import { askAgainWhilePassing, labelKey, useAfterLabels } from './use-next.ts';

/** Pictures of a page: what the figures of docs/explanation/labelling.md were measured with. */
const pageSize = 60;
const fresh = { labels: 1, pauseMs: 300 } as const;

export function usePages(dataset: string) {
  const client = useQueryClient();
  const queryKey = [...labelKey, 'grids', dataset];
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => listGrids({ dataset, size: pageSize }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
    refetchInterval: askAgainWhilePassing,
  });
  const refresh = (): void => void client.invalidateQueries({ queryKey });
  useAfterLabels(refresh, fresh);

  /** Decided here, or left for later: not shown again, whether the server knows it yet or not. */
  const [done, setDone] = useState<ReadonlySet<string>>(new Set());
  const [page, setPage] = useState<GridPage>();
  const pages = (query.data?.items ?? []).flatMap((one): GridPage[] => {
    const items = one.items.filter(({ sampleId }) => !done.has(sampleId));
    return items.length === 0 ? [] : [{ ...one, items }];
  });
  // A page that somebody looks at stays as it is until it is decided.
  const shown = page ?? pages[0];
  if (!page && shown) setPage(shown);
  const taken = useLease(shown?.items.map(({ sampleId }) => sampleId) ?? []);
  const own = shown && { ...shown, items: shown.items.filter(({ sampleId }) => !taken.has(sampleId)) };
  if (shown && own?.items.length === 0) {
    setDone(new Set([...done, ...taken]));
    setPage(undefined);
  }

  return {
    query,
    pages,
    page: own,
    /** Names the page however many of its pictures somebody else takes, so that marks on the others stay. */
    pageKey: `${shown?.className} ${shown?.items[0]?.sampleId}`,
    refresh,
    show: (className: string) => setPage(pages.find((one) => one.className === className)),
    /** The next or previous page of the list. */
    step: (by: 1 | -1) => {
      const position = pages.findIndex((one) => one.className === shown?.className);
      if (pages.length > 0) setPage(pages[(position + by + pages.length) % pages.length]);
    },
    finish: (sampleIds: readonly string[]) => {
      setDone((before) => new Set([...before, ...sampleIds]));
      setPage(undefined);
    },
    /** Shown again from now on. */
    reopen: (sampleIds: readonly string[]) => {
      const again = new Set(sampleIds);
      setDone((before) => new Set([...before].filter((id) => !again.has(id))));
      setPage(undefined);
      refresh();
    },
  };
}
