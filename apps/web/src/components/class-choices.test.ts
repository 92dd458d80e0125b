/** @file A picker offers what begins like the text, then what holds it, then to add it. */
import { expect, test } from 'vitest';
import { listChoices, pickByDigit } from './class-choices.ts';
import type { KeyedClass } from './class-keys.ts';

const classes: KeyedClass[] = [
  { name: 'Plastic', key: '1', isChosen: false },
  { name: 'glass', key: 'g', isChosen: true },
  { name: 'metal', key: '2', isChosen: false },
];
const offered = (text: string, hasNone = false) =>
  listChoices(classes, { text, hasNone }).map(({ kind, className }) => `${kind} ${className}`);

test.each([
  ['', ['class Plastic', 'class glass', 'class metal']],
  ['la', ['class Plastic', 'class glass', 'new la']],
  ['  GLASS ', ['class glass']],
  ['wood', ['new wood']],
  ['\u0007', []],
])('for %j: %j', (text, expected) => {
  expect(offered(text)).toEqual(expected);
});

test('a name that stands inside another as whole words is rather a name of its own', () => {
  const cans: KeyedClass[] = [{ name: 'crushed-soda-cans', key: '1', isChosen: false }];
  const offer = (text: string) => listChoices(cans, { text, hasNone: false }).map(({ kind }) => kind);

  expect(offer('soda-cans')).toEqual(['new', 'class']);
  expect(offer('oda-can')).toEqual(['class', 'new']);
  expect(offer('crushed')).toEqual(['class', 'new']);
});

test('taking the label away is offered last, and only before something is typed', () => {
  expect(offered('', true).at(-1)).toBe('none null');
  expect(offered('m', true)).not.toContain('none null');
});

test('a digit is a key, a letter is typed', () => {
  expect(pickByDigit(classes, '2')?.name).toBe('metal');
  expect(pickByDigit(classes, 'g')).toBeUndefined();
});
