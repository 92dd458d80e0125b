/** @file Moves samples into the trash or back: seen at once, undone with one press, put right where it fails. */
import { Button } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { type InfiniteData, useMutation, useQueryClient } from '@tanstack/react-query';
import { moveSamples } from '../../api/endpoints.ts';
import { toProblem } from '../../api/problem.ts';
import { formatCounted } from '../../components/format.ts';
import { workspaceKey } from '../../components/use-workspace.ts';
import { type SamplePage, withoutSamples } from './sample-pages.ts';
import classes from './use-move-samples.module.css';
import { samplesKey } from './use-samples.ts';

export interface SampleMove {
  ids: readonly string[];
  to: 'remove' | 'restore';
}

const opposite = { remove: 'restore', restore: 'remove' } as const;
const words = { remove: 'in the trash', restore: 'restored' } as const;

/** How long undo is offered. */
const undoMs = 10_000;

export function useMoveSamples(): (move: SampleMove) => void {
  const client = useQueryClient();
  const undo = useMutation({
    mutationFn: ({ ids, to }: SampleMove) => moveSamples(ids, opposite[to]),
    onError: (error) => {
      const problem = toProblem(error);
      notifications.show({
        color: 'red',
        title: problem.title,
        message: `${problem.detail} ${problem.hint}`,
        autoClose: undoMs,
      });
    },
    onSettled: () =>
      Promise.all(
        [[...samplesKey], ['sample'], [...workspaceKey]].map((queryKey) => client.invalidateQueries({ queryKey })),
      ),
  });
  const { mutate } = useMutation({
    mutationFn: ({ ids, to }: SampleMove) => moveSamples(ids, to),
    onMutate: async ({ ids }) => {
      await client.cancelQueries({ queryKey: samplesKey });
      const before = client.getQueriesData<InfiniteData<SamplePage>>({ queryKey: samplesKey, type: 'active' });
      const gone = new Set(ids);
      for (const [key, data] of before)
        if (data) client.setQueryData(key, { ...data, pages: withoutSamples(data.pages, gone) });
      return { before };
    },
    onError: (error, _move, context) => {
      for (const [key, data] of context?.before ?? []) client.setQueryData(key, data);
      const problem = toProblem(error);
      notifications.show({
        color: 'red',
        title: problem.title,
        message: `${problem.detail} ${problem.hint}`,
        autoClose: undoMs,
      });
    },
    onSuccess: (changed, move) => {
      void client.invalidateQueries({ queryKey: samplesKey, refetchType: 'none' });
      void client.invalidateQueries({ queryKey: ['sample'] });
      const id = notifications.show({
        autoClose: undoMs,
        withCloseButton: true,
        closeButtonProps: { 'aria-label': 'Dismiss' },
        message: (
          <span className={classes.message}>
            {formatCounted(changed, 'picture')} {words[move.to]}
            <Button
              size="compact-sm"
              variant="light"
              onClick={() => {
                notifications.hide(id);
                undo.mutate(move);
              }}
            >
              Undo
            </Button>
          </span>
        ),
      });
    },
    onSettled: () => client.invalidateQueries({ queryKey: workspaceKey }),
  });
  return mutate;
}
