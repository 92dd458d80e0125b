/** @file The queue of disagreements as one goes through it: what is decided is gone at once, and comes back with undo or where it failed. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import type { Disagreement } from '@tintype/contracts/people';
import { useState } from 'react';
import { addGold, removeGold, sendReviews, withdrawReviews } from '../../api/people.ts';
import { useUndo } from '../../components/undo.tsx';
import { workspaceKey } from '../../components/use-workspace.ts';
import { peopleKey, useDisagreements } from './use-people.ts';

/** Fewer than this left of those that were fetched: more are asked for. */
const fetchBelow = 5;

interface Decision {
  sampleId: string;
  className: string;
  isGold: boolean;
}

export function useReview(dataset: string | undefined) {
  const client = useQueryClient();
  const undo = useUndo();
  const list = useDisagreements(dataset);
  const [decided, setDecided] = useState<ReadonlySet<string>>(new Set());
  const [position, setPosition] = useState(0);
  const queue = (list.data?.items ?? []).filter(({ sampleId }) => !decided.has(sampleId));
  const at = Math.min(position, Math.max(0, queue.length - 1));

  const mark = (sampleId: string, isDecided: boolean): void =>
    setDecided((before) => new Set(isDecided ? [...before, sampleId] : [...before].filter((id) => id !== sampleId)));
  const refresh = (): Promise<unknown> =>
    Promise.all(
      [peopleKey, workspaceKey, ['sample'], ['samples']].map((queryKey) => client.invalidateQueries({ queryKey })),
    );
  const send = useMutation({
    mutationFn: async ({ sampleId, className, isGold }: Decision) => {
      const id = newReviewId();
      await sendReviews([{ id, sampleId, className }]);
      if (isGold) await addGold([{ sampleId, className }]);
      return id;
    },
    onMutate: ({ sampleId }) => mark(sampleId, true),
    onError: (_error, { sampleId }) => mark(sampleId, false),
    onSuccess: (id, { sampleId, className, isGold }) => {
      const takeBack = async (): Promise<void> => {
        if (isGold) await removeGold([sampleId]);
        await withdrawReviews([id]);
        mark(sampleId, false);
        await refresh();
      };
      undo.push({ label: `Decided: ${className}`, undo: takeBack }, { isQuiet: true });
      if (queue.length <= fetchBelow) void refresh();
    },
  });

  return {
    ...list,
    queue,
    at,
    current: queue[at] as Disagreement | undefined,
    left: Math.max(0, (list.data?.total ?? 0) - (list.data?.items.length ?? 0)) + queue.length,
    decidedCount: decided.size,
    sendError: send.error,
    moveBy: (step: number) => setPosition(Math.max(0, Math.min(queue.length - 1, at + step))),
    moveTo: setPosition,
    decide: (className: string, { isGold = false }: { isGold?: boolean } = {}) => {
      const current = queue[at];
      if (current) send.mutate({ sampleId: current.sampleId, className, isGold });
    },
  };
}

/** Also where the page is not served securely, which `crypto.randomUUID` asks for. */
const newReviewId = (): string =>
  `review_${Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
