/** @file Pictures that the server answered are asked here too, one after the other, and the two answers compared. */
import { useEffect, useRef, useState } from 'react';
import type { PictureToAsk } from '../../../api/ask.ts';
import type { Queue } from '../prediction-queue.ts';
import type { BrowserModel } from './open-browser-model.ts';
import { compareAnswers, type Measured } from './parity.ts';

/** By entry: how much the answers differ, or why the browser has none. */
export type ParityById = ReadonlyMap<number, Measured | { reason: string }>;

export function useParity(
  queue: Queue,
  { model, getPicture }: { model: BrowserModel | undefined; getPicture: (id: number) => PictureToAsk | undefined },
): ParityById {
  const [measured, setMeasured] = useState<ParityById>(new Map());
  const begun = useRef(new Set<number>());
  const of = useRef(model);

  useEffect(() => {
    if (of.current === model) return;
    of.current = model;
    begun.current.clear();
    setMeasured(new Map());
  }, [model]);

  useEffect(() => {
    if (!model) return;
    for (const { id, state } of queue) {
      const picture = getPicture(id);
      if (begun.current.has(id) || !(picture instanceof File) || state.kind !== 'answered' || state.by !== 'server')
        continue;
      const { prediction, durationMs } = state;
      const { probabilities } = prediction;
      if (!probabilities || prediction.model !== model.model || prediction.version !== model.version) continue;
      begun.current.add(id);
      const keep = (outcome: Measured | { reason: string }): void => {
        if (of.current === model) setMeasured((known) => new Map(known).set(id, outcome));
      };
      model.classify(picture).then(
        (local) =>
          keep({
            ...compareAnswers(probabilities, local.probabilities),
            browserMs: local.durationMs,
            serverMs: durationMs,
          }),
        (error: unknown) => keep({ reason: error instanceof Error ? error.message : String(error) }),
      );
    }
  }, [queue, model, getPicture]);
  return measured;
}
