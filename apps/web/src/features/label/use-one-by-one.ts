/** @file One picture after the other: what is shown, and what can be said of it. */
import type { LabelPick } from '@tintype/contracts/label-assist';
import { useCallback, useEffect, useReducer, useRef, useState } from 'react';
import { isOnItsWay, useAddLabels } from './label-queue.ts';
import {
  type Answer,
  answer,
  back,
  countAhead,
  current,
  emptySession,
  forward,
  labelOf,
  listKept,
  type Session,
  takeBack,
  takePicks,
} from './label-session.ts';
import { useMoveToTrash } from './use-move-to-trash.ts';
import { useNext } from './use-next.ts';

/** Fewer to come than this, and more are asked for. */
const fewAhead = 30;

type Step = (session: Session<LabelPick>) => Session<LabelPick>;

export function useOneByOne(dataset: string) {
  const kept = useRef<readonly string[]>([]);
  const next = useNext(dataset, () => kept.current);
  const add = useAddLabels();
  const moveToTrash = useMoveToTrash();
  const [session, step] = useReducer((before: Session<LabelPick>, change: Step) => change(before), emptySession);
  /** Answered here, whether the server knows it yet or not. */
  const done = useRef(new Map<string, Answer>());
  const [skipped, setSkipped] = useState(0);
  const [isTaken, setTaken] = useState(false);

  useEffect(() => {
    kept.current = listKept(session);
  }, [session]);

  const items = next.data?.items;
  useEffect(() => {
    if (!items) return;
    step((before) => takePicks(before, items, (id) => done.current.has(id) || isOnItsWay(id)));
    setTaken(true);
  }, [items]);

  const shown = current(session);
  const ahead = countAhead(session);
  const { refresh, isFetching } = next;
  const isShort = isTaken && ahead < fewAhead && (items?.length ?? 0) > fewAhead;
  useEffect(() => {
    if (isShort && !isFetching) refresh();
    // Once for each picture that is shown: the server may have nothing new.
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- neither the fetch nor its end is a reason.
  }, [isShort, session.position]);

  const say = useCallback((sampleId: string, said: Answer) => {
    done.current.set(sampleId, said);
    step((before) => answer(before, said));
  }, []);
  const unsay = useCallback((sampleId: string, before: Answer | null) => {
    if (before) done.current.set(sampleId, before);
    else done.current.delete(sampleId);
    step((session) => takeBack(session, sampleId, before));
  }, []);

  const label = (className: string): void => {
    if (!shown) return;
    const { sampleId } = shown.pick;
    const before = shown.answer;
    say(sampleId, { kind: 'labeled', className });
    add([{ sampleId, className, was: labelOf(before) }], `Picture labeled ${className}`, {
      isQuiet: true,
      onUndo: () => unsay(sampleId, before),
    });
  };

  return {
    next,
    session,
    shown,
    isTaken,
    skipped,
    label,
    accept: () => {
      const suggested = shown?.pick.suggestion?.className;
      if (suggested !== undefined) label(suggested);
    },
    back: () => step(back),
    skip: () => {
      if (!shown) return;
      if (shown.answer) return step(forward);
      setSkipped((count) => count + 1);
      say(shown.pick.sampleId, { kind: 'skipped' });
    },
    remove: () => {
      if (!shown) return;
      const { sampleId } = shown.pick;
      const before = shown.answer;
      say(sampleId, { kind: 'removed' });
      moveToTrash(sampleId, () => unsay(sampleId, before));
    },
    /** Those that were skipped come again. */
    showSkipped: () => {
      for (const [id, said] of done.current) if (said.kind === 'skipped') done.current.delete(id);
      setSkipped(0);
      step((before) => takePicks(before, items ?? [], (id) => done.current.has(id)));
      refresh();
    },
  };
}
