/** @file The exploration of the dataset that the address names: followed while one is under way, started from here. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import type { ExploreView, MapMethod } from '@tintype/contracts/explore';
import { useSearchParams } from 'wouter';
import { getExploration, getMap, startExploration } from '../../api/explore.ts';
import { isOpen } from '../../components/job-words.ts';
import { useWorkspace } from '../../components/use-workspace.ts';

const exploreKey = ['explore'] as const;
const mapKey = ['explore-map'] as const;
const followMs = 1000;

/** The one of the address, else the largest. */
export function useDataset() {
  const { data, error, refetch } = useWorkspace();
  const [search, setSearch] = useSearchParams();
  const datasets = data?.datasets.filter(({ samples }) => samples > 0) ?? [];
  const named = datasets.find(({ name }) => name === search.get('dataset'));
  const largest = datasets.toSorted((a, b) => b.samples - a.samples)[0];
  return {
    dataset: (named ?? largest)?.name,
    datasets,
    isPending: !data && !error,
    error: data ? null : error,
    retry: () => void refetch(),
    choose: (dataset: string) => setSearch({ dataset }, { replace: true }),
  };
}

export const useExploration = (dataset: string) =>
  useQuery({
    queryKey: [...exploreKey, dataset],
    queryFn: ({ signal }) => getExploration(dataset, signal),
    staleTime: 0,
    refetchInterval: ({ state }) => (state.data?.job && isOpen(state.data.job) ? followMs : false),
  });

export function useStartExploration(dataset: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: () => startExploration(dataset),
    onSettled: () => client.invalidateQueries({ queryKey: [...exploreKey, dataset] }),
  });
}

/** `view`: of which exploration; a newer one is asked for anew, and the old map stays until it is there. */
export const useMap = (view: ExploreView, method: MapMethod) =>
  useQuery({
    queryKey: [...mapKey, view.dataset, method, view.report?.at ?? 0, view.methods.join()],
    queryFn: ({ signal }) => getMap(view.dataset, method, signal),
    placeholderData: (before) => before,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    refetchOnWindowFocus: false,
  });
