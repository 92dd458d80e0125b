/** @file Laws of reading a class from a path. */
import { labelRules } from '@tintype/contracts/ingest';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { labelFromPath } from './label-from-path.ts';

test.each([
  ['cats/1.jpg', 'cats'],
  ['train/cats/deep.name.jpg', 'cats'],
  ['crushed soda cans/1.jpg', 'crushed soda cans'],
  ['1.jpg', null],
  [' /1.jpg', null],
  [`${'x'.repeat(101)}/1.jpg`, null],
  ['a\u202eb/1.jpg', null],
])('the folder of %j states the class %j', (path, className) => {
  expect(labelFromPath(path, 'folder')).toBe(className);
});

test.each([
  ['male_person1.jpg', 'male'],
  ['people/female_person2.old.jpg', 'female'],
  ['cardboard403.jpg', 'cardboard'],
  ['soda-can-12.png', 'soda-can'],
  ['soda can (3).png', 'soda can'],
  ['glass_bottle_7.webp', 'glass'],
  ['Katze-1', 'Katze'],
  ['portrait.jpg', null],
  ['20240101_120000.jpg', null],
  ['_1.jpg', null],
  ['- 1.jpg', null],
])('the name of %j states the class %j', (path, className) => {
  expect(labelFromPath(path, 'filename')).toBe(className);
});

test('no class is stated where none is asked for', () => {
  expect(labelFromPath('cats/cat_1.jpg', 'none')).toBeNull();
});

test('any class folder is found again, however deep', () => {
  const name = fc.stringMatching(/^[a-z][a-z -]{0,20}[a-z]$/);
  fc.assert(
    fc.property(fc.array(name), name, name, (above, className, file) => {
      expect(labelFromPath([...above, className, `${file}.jpg`].join('/'), 'folder')).toBe(className);
    }),
  );
});

test('any class before an underscore or a number is found again', () => {
  const className = fc.stringMatching(/^[a-z]([a-z -]{0,20}[a-z])?$/);
  const rest = fc.stringMatching(/^(_|-?\d)[a-z0-9_-]{0,10}$/);
  fc.assert(
    fc.property(className, rest, (name, tail) => {
      expect(labelFromPath(`folder/${name}${tail}.jpg`, 'filename')).toBe(name);
    }),
  );
});

test('no path at all makes it throw or state an unclean class', () => {
  const unit = fc.constantFrom(
    'a',
    'B',
    '3',
    '_',
    '-',
    '.',
    ' ',
    '(',
    ')',
    '/',
    '\\',
    '\n',
    '\u0000',
    '\u202e',
    'é',
    '😀',
  );
  fc.assert(
    fc.property(fc.string({ unit }), fc.constantFrom(...labelRules), (path, rule) => {
      const className = labelFromPath(path, rule);
      if (className === null) return;
      expect(className).toBe(className.trim());
      expect(className).not.toMatch(/\p{Cc}|\//u);
    }),
  );
});
