/** @file Merges duplicates: one picture stays, and a label that only the others had goes over to it; the others go to the trash, and come back by undo. */
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { moveSamples } from '../../api/endpoints.ts';
import { toProblem } from '../../api/problem.ts';
import { formatCounted } from '../../components/format.ts';
import { useUndo } from '../../components/undo.tsx';
import { useAddLabels } from '../label/label-queue.ts';
import { inheritedLabel, type Merge } from './merge.ts';

/** Everything that shows pictures or counts them. */
const touched = [['explore'], ['explore-map'], ['samples'], ['sample'], ['workspace']] as const;

export function useMerge() {
  const client = useQueryClient();
  const undo = useUndo();
  const addLabels = useAddLabels();
  const refresh = (): Promise<unknown> =>
    Promise.all(touched.map((queryKey) => client.invalidateQueries({ queryKey: [...queryKey] })));
  const { mutate, isPending } = useMutation({
    mutationFn: async (merges: readonly Merge[]) => {
      const ids = merges.flatMap(({ others }) => others.map(({ id }) => id));
      await moveSamples(ids, 'remove');
      return ids;
    },
    onSuccess: (ids, merges) => {
      const inherited = merges.flatMap((merge) => inherit(merge));
      if (inherited.length > 0) addLabels(inherited, 'Label taken over', { isQuiet: true });
      undo.push({
        label: `${formatCounted(ids.length, 'duplicate')} in the trash`,
        undo: async () => {
          await moveSamples(ids, 'restore');
          await refresh();
        },
      });
      return refresh();
    },
    onError: (error) => {
      const { title, detail, hint } = toProblem(error);
      notifications.show({ color: 'red', title, message: `${detail} ${hint}` });
    },
  });
  return { merge: mutate, isPending };
}

function inherit({ keep, others }: Merge): { sampleId: string; className: string; was: null }[] {
  const className = inheritedLabel(keep, others);
  return className === undefined ? [] : [{ sampleId: keep.id, className, was: null }];
}
