/** @file What a disagreement can be decided for. */
import { expect, test } from 'vitest';
import { choiceOfKey, listChoices } from './review-choices.ts';

const opinion = (annotator: string, className: string) => ({ annotator, className, at: 1 });

test('what was said comes first, most said before, and then every other class', () => {
  const said = [opinion('ada', 'dog'), opinion('bob', 'cat'), opinion('carol', 'cat')];

  expect(listChoices(said, ['bird', 'cat', 'dog', 'fox'])).toEqual([
    { className: 'cat', by: ['bob', 'carol'] },
    { className: 'dog', by: ['ada'] },
    { className: 'bird', by: [] },
    { className: 'fox', by: [] },
  ]);
});

test('a digit stands for the choice in its place', () => {
  const choices = listChoices([opinion('ada', 'dog')], ['dog', 'fox']);

  expect(choiceOfKey(choices, '2')?.className).toBe('fox');
  expect(choiceOfKey(choices, '3')).toBeUndefined();
  expect(choiceOfKey(choices, '0')).toBeUndefined();
  expect(choiceOfKey(choices, 'a')).toBeUndefined();
});
