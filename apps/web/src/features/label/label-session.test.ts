/** @file One picture after the other: answers move on, back moves back, newer picks never disturb what comes next. */
import { expect, test } from 'vitest';
import { answer, back, countAhead, current, emptySession, type Session, takeBack, takePicks } from './label-session.ts';

interface P {
  sampleId: string;
  suggestion?: string;
}
const picks = (...ids: string[]): P[] => ids.map((sampleId) => ({ sampleId }));
const nothingDone = () => false;
const aSession = (...ids: string[]): Session<P> => takePicks<P>(emptySession, picks(...ids), nothingDone);
const labeled = (className: string) => ({ kind: 'labeled', className }) as const;
const shownId = (session: Session<P>) => current(session)?.pick.sampleId;

test('an answer shows the next picture, and back shows the answered one again', () => {
  const next = answer(aSession('a', 'b'), labeled('cat'));
  const again = back(next);

  expect([shownId(next), shownId(again)]).toEqual(['b', 'a']);
  expect(current(again)?.answer).toEqual(labeled('cat'));
  expect(shownId(back(back(again)))).toBe('a');
});

test('behind the last picture there is none, and an answer changes nothing', () => {
  const end = answer(aSession('a'), { kind: 'skipped' });

  expect(current(end)).toBeUndefined();
  expect(answer(end, labeled('cat'))).toEqual(end);
});

test('newer picks replace what is far ahead; the next eight stay, with what is suggested now', () => {
  const session = aSession(...Array.from('abcdefghijkl'));

  const next = takePicks(session, [{ sampleId: 'c', suggestion: 'cat' }, ...picks('x', 'a')], nothingDone);

  expect(next.shown.map(({ pick }) => pick.sampleId).join('')).toBe('abcdefghix');
  expect(next.shown[2]?.pick.suggestion).toBe('cat');
  expect(countAhead(next)).toBe(9);
});

test('what was answered does not come again, even before the server knows', () => {
  const done = new Set(['b', 'c']);

  const next = takePicks(aSession('a'), picks('b', 'c', 'd'), (id) => done.has(id));

  expect(next.shown.map(({ pick }) => pick.sampleId)).toEqual(['a', 'd']);
});

test('taking an answer back shows its picture with the answer before', () => {
  const session = answer(answer(aSession('a', 'b', 'c'), labeled('cat')), labeled('dog'));

  const once = takeBack(session, 'a', null);

  expect([shownId(once), current(once)?.answer]).toEqual(['a', null]);
  expect(takeBack(session, 'gone', null)).toEqual(session);
});

test('one can go back three hundred pictures, and no more is kept', () => {
  let session = aSession(...Array.from({ length: 500 }, (_, n) => `${n}`));
  for (let n = 0; n < 400; n += 1) session = answer(session, labeled('cat'));

  expect(shownId(session)).toBe('400');
  expect(session.position).toBe(300);
});
