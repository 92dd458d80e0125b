/** @file Accepting a page labels all but the marked; a marked picture gets a class or stays without. */
import { expect, test } from 'vitest';
import { acceptPage, markAs, markRange, moveTo, noMarks, toggleMark } from './page-marks.ts';

const ids = ['a', 'b', 'c', 'd'];
const accepted = (marks: typeof noMarks) =>
  acceptPage(marks, { className: 'cat', ids }).map(({ sampleId, className }) => `${sampleId} ${className}`);

test('a page without marks is accepted whole', () => {
  expect(accepted(noMarks)).toEqual(['a cat', 'b cat', 'c cat', 'd cat']);
});

test('a marked picture is left out, unmarked it is in again', () => {
  const marks = toggleMark(noMarks, 1, 'b');

  expect(accepted(marks)).toEqual(['a cat', 'c cat', 'd cat']);
  expect(accepted(toggleMark(marks, 1, 'b'))).toHaveLength(4);
});

test('a range is marked from the last marked on, in both directions', () => {
  expect([...markRange(toggleMark(noMarks, 2, 'c'), 0, ids).marked.keys()].toSorted()).toEqual(['a', 'b', 'c']);
});

test('a class goes to the marked that have none, else to the picture under the cursor', () => {
  const first = markAs(toggleMark(toggleMark(noMarks, 0, 'a'), 1, 'b'), 'dog', ids);
  const second = markAs(moveTo(first, 3), 'cow', ids);

  expect(accepted(first)).toEqual(['a dog', 'b dog', 'c cat', 'd cat']);
  expect(accepted(second)).toEqual(['a dog', 'b dog', 'c cat', 'd cow']);
});
