/** @file What counts as a judgment, and when a picture that people differ on is decided. */
import { expect, test } from 'vitest';
import { foldJudgments, type JudgedEvent } from './judgments.ts';

let next = 0;
const said = (
  annotator: string,
  className: string | null,
  source: JudgedEvent['source'] = 'human',
  id = `event_${(next += 1)}`,
): JudgedEvent => ({ id, sampleId: 's1', path: 'a.jpg', now: 'cat', annotator, className, source, at: next });

const fold = (events: JudgedEvent[], withdrawn: string[] = []) => {
  const [picture] = foldJudgments(events, new Set(withdrawn));
  return {
    opinions: picture?.opinions.map(({ annotator, className }) => `${annotator}: ${className}`),
    isOpen: picture?.isOpen,
  };
};

test('the label that stood when somebody was asked counts with the answers, and nothing that was said knowing them', () => {
  const events = [
    said('ingest', 'bird', 'folder'),
    said('ada', 'dog'),
    said('ada', 'cat'),
    said('bob', 'dog', 'opinion'),
    said('carol', 'bird'),
  ];

  expect(fold(events).opinions).toEqual(['ada: cat', 'bob: dog']);
});

test('of each person the last answer counts, and one that was taken back does not', () => {
  const events = [
    said('ada', 'cat'),
    said('bob', 'dog', 'opinion'),
    said('bob', 'cat', 'opinion'),
    said('carol', 'dog', 'opinion'),
    said('carol', null, 'opinion'),
  ];

  expect(fold(events)).toEqual({ opinions: ['ada: cat', 'bob: cat'], isOpen: false });
});

test('a label from a folder is nobody’s judgment, one that was imported is', () => {
  const second = said('bob', 'dog', 'opinion');

  expect(fold([said('ingest', 'cat', 'folder'), second]).opinions).toEqual(['bob: dog']);
  expect(fold([said('ada', 'cat', 'import'), second]).opinions).toEqual(['ada: cat', 'bob: dog']);
});

test('a renaming between a label and the first question does not take the label from whoever gave it', () => {
  const events = [said('ada', 'cat'), said('eve', 'cat', 'rename'), said('bob', 'dog', 'opinion')];

  expect(fold(events).opinions).toEqual(['ada: cat', 'bob: dog']);
});

test('a picture is open while people differ and nobody has labeled it since', () => {
  const differ = [said('ada', 'cat'), said('bob', 'dog', 'opinion')];
  const decided = [...differ, said('eve', 'dog', 'human', 'review_1')];

  expect(fold(differ).isOpen).toBe(true);
  expect(fold(decided).isOpen).toBe(false);
  expect(fold([...decided, said('carol', 'dog', 'opinion')]).isOpen).toBe(false);
  expect(fold([...decided, said('carol', 'cat', 'opinion')]).isOpen).toBe(true);
});

test('a decision that was taken back decides nothing', () => {
  const events = [
    said('ada', 'cat'),
    said('bob', 'dog', 'opinion'),
    said('eve', 'dog', 'human', 'review_1'),
    said('eve', 'cat', 'human', 'review_1.undo'),
  ];

  expect(fold(events, ['review_1', 'review_1.undo']).isOpen).toBe(true);
});

test('pictures are told apart', () => {
  const other = { ...said('bob', 'dog', 'opinion'), sampleId: 's2' };

  expect(foldJudgments([said('ada', 'cat', 'opinion'), other], new Set()).map(({ sampleId }) => sampleId)).toEqual([
    's1',
    's2',
  ]);
});
