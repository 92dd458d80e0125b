/** @file Numbers, names and tables as people read them. */
import { expect, test } from 'vitest';
import { counted, duration, moment, percent, percentWithInterval, printable, table } from './format.ts';

test.each([
  [0, '0 ms'],
  [999.4, '999 ms'],
  [999.6, '1.0 s'],
  [59_949, '59.9 s'],
  [59_951, '1 min 00 s'],
  [185_000, '3 min 05 s'],
])('%d ms read %s', (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test('shares, intervals and counts read as people write them', () => {
  expect(percent(0.8734)).toBe('87.3 %');
  expect(percentWithInterval(0.8734, [0.851, 0.892])).toBe('87.3 % (85.1 to 89.2)');
  expect(counted(1, 'picture')).toBe('1 picture');
  expect(counted(1401, 'picture')).toBe('1,401 pictures');
  expect(moment(new Date(2026, 4, 4, 13, 5).getTime())).toBe('2026-05-04 13:05');
});

test('a name cannot write on the terminal, and an emoji made of several stays one', () => {
  expect(printable('a\u001B[2J\nb\u202Ec')).toBe('a\uFFFD[2J\uFFFDb\uFFFDc');
  expect(printable('wéird 😀 👨‍👩‍👧.jpg')).toBe('wéird 😀 👨‍👩‍👧.jpg');
});

test('columns stand under each other whatever is in them', () => {
  const text = table(
    ['class', '>pictures'],
    [
      ['glass', 1],
      ['日本', '1,200'],
    ],
  );

  expect(text.split('\n')).toEqual(['class  pictures', 'glass         1', '日本      1,200']);
});
