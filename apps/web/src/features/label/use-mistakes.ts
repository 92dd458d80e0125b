/** @file Labels that are probably wrong, one after the other, and the score before the first and after the last that was mended. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import type { LabelSuspect, SuspectsView } from '@tintype/contracts/label-assist';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { listSuspects } from '../../api/label.ts';
import { useAddLabels } from './label-queue.ts';
import {
  type Answer,
  answer,
  back,
  current,
  emptySession,
  forward,
  labelOf,
  type Session,
  takeBack,
  takePicks,
} from './label-session.ts';
import { useMoveToTrash } from './use-move-to-trash.ts';
import { askAgainWhilePassing, labelKey, useAfterLabels } from './use-next.ts';

const askedAtOnce = 200;
const fresh = { labels: 1, pauseMs: 2500 } as const;

type Score = NonNullable<SuspectsView['score']>;
type Step = (session: Session<LabelSuspect>) => Session<LabelSuspect>;

export function useMistakes(dataset: string) {
  const client = useQueryClient();
  const queryKey = [...labelKey, 'suspects', dataset];
  const query = useQuery({
    queryKey,
    queryFn: ({ signal }) => listSuspects({ dataset, limit: askedAtOnce }, signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
    refetchOnWindowFocus: false,
    retry: false,
    refetchInterval: askAgainWhilePassing,
  });
  const refresh = (): void => void client.invalidateQueries({ queryKey });
  useAfterLabels(refresh, fresh);

  const add = useAddLabels();
  const moveToTrash = useMoveToTrash();
  const done = useRef(new Set<string>());
  const [session, step] = useReducer((before: Session<LabelSuspect>, change: Step) => change(before), emptySession);
  const [before, setBefore] = useState<Score>();
  const [counts, setCounts] = useState({ mended: 0, kept: 0 });

  const { data } = query;
  if (!before && data?.score) setBefore(data.score);
  useEffect(() => {
    if (!data) return;
    step((last) => takePicks(last, data.items, (id) => done.current.has(id)));
  }, [data]);

  const shown = current(session);
  const unsay = useCallback((sampleId: string, said: Answer | null) => {
    if (!said) done.current.delete(sampleId);
    step((last) => takeBack(last, sampleId, said));
  }, []);
  const say = (sampleId: string, said: Answer): void => {
    done.current.add(sampleId);
    step((last) => answer(last, said));
  };

  const label = (className: string): void => {
    if (!shown) return;
    const { sampleId, className: had } = shown.pick;
    const said = shown.answer;
    const was = labelOf(said) ?? had;
    const isKept = className === had;
    const count = (by: 1 | -1): void =>
      setCounts(({ mended, kept }) => (isKept ? { mended, kept: kept + by } : { mended: mended + by, kept }));
    say(sampleId, { kind: 'labeled', className });
    if (!said) count(1);
    const words = isKept ? `Label ${className} kept` : `Picture labeled ${className} instead of ${was}`;
    add([{ sampleId, className, was }], words, {
      isQuiet: true,
      onUndo: () => {
        unsay(sampleId, said);
        if (!said) count(-1);
      },
    });
  };

  return {
    query,
    session,
    shown,
    counts,
    score: { before, now: data?.score ?? undefined },
    likelyWrong: data?.likelyWrong ?? 0,
    refresh,
    label,
    accept: () => shown && label(shown.pick.suggestion.className),
    /** Given again, by which it is suspected no more. */
    keep: () => shown && label(shown.pick.className),
    back: () => step(back),
    skip: () => {
      if (!shown) return;
      if (shown.answer) step(forward);
      else say(shown.pick.sampleId, { kind: 'skipped' });
    },
    remove: () => {
      if (!shown) return;
      const { sampleId } = shown.pick;
      const said = shown.answer;
      say(sampleId, { kind: 'removed' });
      moveToTrash(sampleId, () => unsay(sampleId, said));
    },
  };
}
