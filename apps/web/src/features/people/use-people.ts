/** @file What the People screen knows: agreement, the queue of disagreements, gold questions, histories; and changing them. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useSearchParams } from 'wouter';
import { addGold, getAgreement, getHistoryOf, listDisagreements, listGold, removeGold } from '../../api/people.ts';
import { useClasses } from '../../components/use-classes.ts';
import { useWorkspace } from '../../components/use-workspace.ts';

/** Of everything that people's labels decide. */
export const peopleKey = ['people'] as const;
/** Disagreements that are fetched at once. */
export const reviewPage = 100;

export interface DatasetChoice {
  /** Undefined while it is not known, or where there is none. */
  dataset: string | undefined;
  names: readonly string[];
  choose: (name: string) => void;
}

/** The one that the address names, else the first. */
export function useDataset(): DatasetChoice {
  const { data } = useWorkspace();
  const [query, setQuery] = useSearchParams();
  const names = data?.datasets.map(({ name }) => name) ?? [];
  const named = query.get('dataset');
  return {
    names,
    dataset: names.find((name) => name === named) ?? names[0],
    choose: (name) => setQuery({ dataset: name }, { replace: true }),
  };
}

/** All classes, in the order of the page. */
export function useClassNames(): readonly string[] {
  return useClasses().classes.map(({ name }) => name);
}

export function useAgreement(dataset: string | undefined) {
  return useQuery({
    queryKey: [...peopleKey, 'agreement', dataset],
    queryFn: ({ signal }) => getAgreement({ dataset }, signal),
    enabled: dataset !== undefined,
  });
}

export function useDisagreements(dataset: string | undefined) {
  return useQuery({
    queryKey: [...peopleKey, 'disagreements', dataset],
    queryFn: ({ signal }) => listDisagreements({ dataset, limit: reviewPage }, signal),
    enabled: dataset !== undefined,
  });
}

export function useGold(dataset: string | undefined) {
  return useQuery({
    queryKey: [...peopleKey, 'gold', dataset],
    queryFn: ({ signal }) => listGold({ dataset }, signal),
    enabled: dataset !== undefined,
  });
}

export function useChangeGold() {
  const client = useQueryClient();
  const onSettled = () => client.invalidateQueries({ queryKey: peopleKey });
  const add = useMutation({ mutationFn: addGold, onSettled });
  const remove = useMutation({ mutationFn: removeGold, onSettled });
  return { add, remove };
}

export function usePersonHistory(dataset: string | undefined, annotator: string | undefined) {
  return useInfiniteQuery({
    queryKey: [...peopleKey, 'history', dataset, annotator],
    queryFn: ({ pageParam, signal }) => getHistoryOf({ dataset, annotator, cursor: pageParam }, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: ({ nextCursor }) => nextCursor,
    enabled: dataset !== undefined,
  });
}
