/** @file What is taken back, in which order, and once. */
import { expect, test } from 'vitest';
import { type Doable, UndoStack } from './undo-stack.ts';

const aChange = (label: string): Doable => ({ label, undo: () => Promise.resolve() });

test('the last that was done is taken back first', () => {
  const stack = new UndoStack();
  for (const label of ['a', 'b']) stack.push(aChange(label));

  expect([stack.pop()?.label, stack.pop()?.label, stack.pop()]).toEqual(['b', 'a', undefined]);
});

test('one that was taken back by its button is not taken back again by the key', () => {
  const stack = new UndoStack();
  const [first, second] = [aChange('a'), aChange('b')];
  stack.push(first);
  stack.push(second);

  expect(stack.remove(first)).toBe(first);
  expect(stack.remove(first)).toBeUndefined();
  expect([stack.pop(), stack.pop()]).toEqual([second, undefined]);
});

test('only the last two hundred are remembered', () => {
  const stack = new UndoStack();
  for (let i = 0; i < 201; i++) stack.push(aChange(`${i}`));

  let last: Doable | undefined;
  for (let done = stack.pop(); done; done = stack.pop()) last = done;
  expect(last?.label).toBe('1');
});
