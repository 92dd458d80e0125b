/** @file Saved views, and what there is to filter by. */
import { useQuery } from '@tanstack/react-query';
import { getView, listChoices, listViews } from '../../api/catalog.ts';

export const viewsKey = ['views'] as const;
export const choicesKey = ['filter-choices'] as const;

export const useViews = () => useQuery({ queryKey: viewsKey, queryFn: ({ signal }) => listViews(signal) });

export const useView = (id: string | undefined) =>
  useQuery({
    queryKey: [...viewsKey, id],
    queryFn: ({ signal }) => getView(id ?? '', signal),
    enabled: id !== undefined,
  });

export const useChoices = ({ isWanted = true }: { isWanted?: boolean } = {}) =>
  useQuery({ queryKey: choicesKey, queryFn: ({ signal }) => listChoices(signal), enabled: isWanted });
