/** @file Files waiting for an answer: what becomes of each, and which are sent next. Pure; the hook does the sending. */
import type { Prediction } from '@tintype/contracts/serve';
import { isPassing, type Problem } from '../../api/problem.ts';

export interface QueueEntry {
  id: number;
  name: string;
  /** Null for a picture that the server fetches from an address. */
  sizeBytes: number | null;
  state: EntryState;
}

export type EntryState =
  | { kind: 'waiting' }
  | { kind: 'sent' }
  | { kind: 'answered'; prediction: Prediction; durationMs: number; by: AnsweredBy }
  | { kind: 'failed'; problem: Problem };

/** Who answered: the server, or the same model in this browser. */
export type AnsweredBy = 'server' | 'browser';

/** Newest batch first, and within a batch in the order given. */
export type Queue = readonly QueueEntry[];

export type QueueEvent =
  | { kind: 'added'; entries: readonly Omit<QueueEntry, 'state'>[] }
  | { kind: 'sent'; id: number }
  | { kind: 'answered'; id: number; prediction: Prediction; durationMs: number; by?: AnsweredBy }
  | { kind: 'failed'; id: number; problem: Problem }
  | { kind: 'retried'; ids: readonly number[] }
  | { kind: 'removed'; id: number }
  | { kind: 'cleared' };

const setState = (queue: Queue, id: number, state: EntryState): Queue =>
  queue.map((entry) => (entry.id === id ? { ...entry, state } : entry));

export function reduceQueue(queue: Queue, event: QueueEvent): Queue {
  switch (event.kind) {
    case 'added':
      return [...event.entries.map((entry) => ({ ...entry, state: { kind: 'waiting' } as const })), ...queue];
    case 'sent':
      return setState(queue, event.id, { kind: 'sent' });
    case 'answered':
      return setState(queue, event.id, {
        kind: 'answered',
        prediction: event.prediction,
        durationMs: event.durationMs,
        by: event.by ?? 'server',
      });
    case 'failed':
      return setState(queue, event.id, { kind: 'failed', problem: event.problem });
    case 'retried':
      return queue.map((entry) =>
        event.ids.includes(entry.id) && entry.state.kind === 'failed'
          ? { ...entry, state: { kind: 'waiting' } }
          : entry,
      );
    case 'removed':
      return queue.filter((entry) => entry.id !== event.id);
    case 'cleared':
      return [];
    default:
      return event satisfies never;
  }
}

/** Ids to send now, oldest first, so that at most `limit` are under way. */
export function chooseNext(queue: Queue, limit: number): number[] {
  const underWay = queue.filter((entry) => entry.state.kind === 'sent').length;
  return queue
    .filter((entry) => entry.state.kind === 'waiting')
    .map((entry) => entry.id)
    .sort((a, b) => a - b)
    .slice(0, Math.max(0, limit - underWay));
}

export interface QueueCounts {
  total: number;
  /** Waiting or under way. */
  open: number;
  answered: number;
  refused: number;
  failed: number;
}

export function countQueue(queue: Queue): QueueCounts {
  const counts: QueueCounts = { total: queue.length, open: 0, answered: 0, refused: 0, failed: 0 };
  for (const { state } of queue) {
    if (state.kind === 'failed') counts.failed += 1;
    else if (state.kind !== 'answered') counts.open += 1;
    else if (state.prediction.prediction === null) counts.refused += 1;
    else counts.answered += 1;
  }
  return counts;
}

/** Ids of failed entries that may go well the next time. */
export const listRetryable = (queue: Queue): number[] =>
  queue.flatMap(({ id, state }) => (state.kind === 'failed' && isPassing(state.problem) ? [id] : []));

export interface RankedClass {
  className: string;
  probability: number;
}

/** Classes by probability, highest first, equal ones by name; `rest` is what those beyond `limit` hold together. */
export function rankClasses(
  probabilities: Readonly<Record<string, number>>,
  limit: number,
): { top: RankedClass[]; rest: { count: number; probability: number } } {
  const ranked = Object.entries(probabilities)
    .map(([className, probability]) => ({ className, probability }))
    .sort((a, b) => b.probability - a.probability || (a.className < b.className ? -1 : 1));
  const beyond = ranked.slice(limit);
  return {
    top: ranked.slice(0, limit),
    rest: { count: beyond.length, probability: beyond.reduce((sum, entry) => sum + entry.probability, 0) },
  };
}
