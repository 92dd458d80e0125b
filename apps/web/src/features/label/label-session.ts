/** @file Pictures one after the other: which is shown, what was said of those before, which come next. Pure. */

export type Answer = { kind: 'labeled'; className: string } | { kind: 'skipped' } | { kind: 'removed' };

/** A picture of the session. */
export interface Shown<P> {
  pick: P;
  answer: Answer | null;
}

export interface Session<P> {
  /** Those shown, that which is shown, those to come. */
  shown: readonly Shown<P>[];
  /** Of the one that is shown; behind the last when there is none. */
  position: number;
}

interface Picked {
  sampleId: string;
}

/** How many pictures one can go back. */
const longestWayBack = 300;
/** Pictures to come that stay as they are: they are decoded already. */
const keptAhead = 8;

export const emptySession: Session<never> = { shown: [], position: 0 };

export const current = <P>({ shown, position }: Session<P>): Shown<P> | undefined => shown[position];

/** Pictures to come after the one that is shown. */
export const countAhead = <P>({ shown, position }: Session<P>): number => Math.max(0, shown.length - position - 1);

/** The picture that is shown and those that stay next, whatever newer picks say. */
export const listKept = <P extends Picked>({ shown, position }: Session<P>): string[] =>
  shown
    .slice(position, position + 1 + keptAhead)
    .filter((one) => one.answer === null)
    .map(({ pick }) => pick.sampleId);

/** Says something of the picture that is shown, and goes on. */
export function answer<P>(session: Session<P>, said: Answer): Session<P> {
  const { shown, position } = session;
  if (position >= shown.length) return session;
  const next = shown.map((one, n) => (n === position ? { ...one, answer: said } : one));
  const trimmed = Math.max(0, position + 1 - longestWayBack);
  return { shown: next.slice(trimmed), position: position + 1 - trimmed };
}

export const back = <P>(session: Session<P>): Session<P> => ({
  ...session,
  position: Math.max(0, session.position - 1),
});

/** Forward over a picture that has its answer already, without changing it. */
export const forward = <P>(session: Session<P>): Session<P> => ({
  ...session,
  position: Math.min(session.shown.length, session.position + 1),
});

/** Back to a picture whose answer was taken back; as it is where that is too long ago. */
export function takeBack<P extends Picked>(session: Session<P>, sampleId: string, before: Answer | null): Session<P> {
  const position = session.shown.findIndex(({ pick }) => pick.sampleId === sampleId);
  if (position < 0) return session;
  const shown = session.shown.map((one, n) => (n === position ? { ...one, answer: before } : one));
  return { shown, position };
}

/**
 * Takes newer picks: those to come next stay where they are, with what is suggested now, and the rest is replaced. `isDone` tells
 * those that were answered and need not come again.
 */
export function takePicks<P extends Picked>(
  { shown, position }: Session<P>,
  picks: readonly P[],
  isDone: (sampleId: string) => boolean,
): Session<P> {
  const newest = new Map(picks.map((pick) => [pick.sampleId, pick]));
  const before = shown.slice(0, position + 1);
  const ahead = shown
    .slice(position + 1, position + 1 + keptAhead)
    .map((one) => ({ ...one, pick: newest.get(one.pick.sampleId) ?? one.pick }));
  const there = new Set([...before, ...ahead].map(({ pick }) => pick.sampleId));
  const rest = picks
    .filter(({ sampleId }) => !there.has(sampleId) && !isDone(sampleId))
    .map((pick): Shown<P> => ({ pick, answer: null }));
  return { shown: [...before, ...ahead, ...rest], position };
}

/** The class that a picture has by its answer. */
export const labelOf = (said: Answer | null): string | null => (said?.kind === 'labeled' ? said.className : null);
