/** @file CSV: what is written is read back, what others write is read, and nothing becomes a formula. */
import { array, assert, property, string, tuple } from 'fast-check';
import { expect, test } from 'vitest';
import { parseCsv, renderCsv } from './csv.ts';

test('quotes, line breaks, semicolons, tabs and a byte order mark are read', () => {
  expect(parseCsv('path,class\r\n"a, b.jpg",cat\r\n"say ""hi"".jpg","d\nog"\r\n')).toEqual([
    ['path', 'class'],
    ['a, b.jpg', 'cat'],
    ['say "hi".jpg', 'd\nog'],
  ]);
  expect(parseCsv('\uFEFFpath;class\na.jpg;cat\n\nb.jpg;')).toEqual([
    ['path', 'class'],
    ['a.jpg', 'cat'],
    ['b.jpg', ''],
  ]);
  expect(parseCsv('a\tb\n1\t2')).toEqual([
    ['a', 'b'],
    ['1', '2'],
  ]);
  expect(parseCsv('')).toEqual([]);
});

test('no cell begins a formula, and what was kept from it comes back', () => {
  const rows = [['=HYPERLINK("x")', '-1', '@sum', "'quoted", 'plain']];

  const text = renderCsv(rows);

  expect(text).toBe(`"'=HYPERLINK(""x"")",'-1,'@sum,'quoted,plain\n`);
  expect(parseCsv(text)).toEqual(rows);
});

test('whatever is written is read back', () => {
  const cell = string({ minLength: 1, unit: 'grapheme' }).filter((text) => !text.startsWith("'") && text.trim() !== '');
  assert(
    property(array(tuple(cell, cell), { minLength: 1, maxLength: 5 }), (rows) => {
      const header = ['path', 'class'];
      expect(parseCsv(renderCsv([header, ...rows]))).toEqual([header, ...rows]);
    }),
  );
});
