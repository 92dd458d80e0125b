/** @file Which dataset is labeled: the one in the address, or that with the most to label. */
import type { WorkspaceView } from '@tintype/contracts/api';
import { useSearchParams } from 'wouter';
import { useWorkspace } from '../../components/use-workspace.ts';

type DatasetView = WorkspaceView['datasets'][number];

export interface LabelScope {
  /** Undefined until the workspace is known, or where it has no pictures. */
  dataset: DatasetView | undefined;
  datasets: readonly DatasetView[];
  isPending: boolean;
  error: unknown;
  retry: () => void;
  choose: (name: string) => void;
}

export function useLabelScope(): LabelScope {
  const [search, setSearch] = useSearchParams();
  const { data, isPending, error, refetch } = useWorkspace();
  const datasets = (data?.datasets ?? []).filter(({ samples }) => samples > 0);
  const [most] = datasets.toSorted((a, b) => b.unlabeled - a.unlabeled || b.samples - a.samples);
  return {
    dataset: datasets.find(({ name }) => name === search.get('dataset')) ?? most,
    datasets,
    isPending,
    error: data ? null : error,
    retry: () => void refetch(),
    choose: (name) => setSearch({ dataset: name }, { replace: true }),
  };
}
