/** @file Keys find the action that says it has them. */
import { expect, test } from 'vitest';
import { galleryActions, sampleActions } from '../features/catalog/actions.ts';
import { bindActions, findAction, nameKey, showKeys } from './actions.ts';

const press = (
  key: string,
  modifiers: Partial<Record<'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey', boolean>> = {},
) => ({
  key,
  shiftKey: false,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...modifiers,
});

test.each([
  [press('ArrowLeft'), 'ArrowLeft'],
  [press(' ', { shiftKey: true }), 'Shift+ '],
  [press('a', { ctrlKey: true }), 'Mod+a'],
  [press('a', { metaKey: true }), 'Mod+a'],
  [press('?', { shiftKey: true }), '?'],
])('a press is named as actions name it: %j', (keyPress, name) => {
  expect(nameKey(keyPress)).toBe(name);
});

test('the action found is the one performed', () => {
  const performed: string[] = [];
  const actions = bindActions(
    { a: { label: 'A', keys: ['Enter'] }, b: { label: 'B', keys: ['x'] } },
    { a: () => performed.push('a'), b: () => performed.push('b') },
  );

  findAction(actions, press('x'))?.perform();

  expect(performed).toEqual(['b']);
  expect(findAction(actions, press('y'))).toBeUndefined();
});

test.each([
  ['gallery', galleryActions],
  ['open picture', sampleActions],
])('no two actions of the %s share a key', (_, actions) => {
  const keys = Object.values(actions).flatMap((action) => action.keys);

  expect(new Set(keys).size).toBe(keys.length);
});

test('keys are shown as keyboards print them', () => {
  expect(showKeys('Mod+a')).toEqual(['Ctrl', 'A']);
  expect(showKeys('Shift+ ')).toEqual(['Shift', 'Space']);
});
