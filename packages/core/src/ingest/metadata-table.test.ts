/** @file Tables of classes beside pictures. */
import { expect, test } from 'vitest';
import { parseCsv, parseMetadataTable } from './metadata-table.ts';

test('fields, quoted ones too, are read as they were written', () => {
  const text = '\uFEFFa,b,c\r\n1,"x, ""y""\nz",\r\n\r\n,,last\n';

  expect(parseCsv(text)).toEqual([
    ['a', 'b', 'c'],
    ['1', 'x, "y"\nz', ''],
    ['', '', 'last'],
  ]);
  expect(parseCsv('')).toEqual([]);
  expect(parseCsv('a,')).toEqual([['a', '']]);
});

test('a table gives a class by path, whatever its columns are called and in whatever order', () => {
  const text = 'split,Label,file_name\ntrain,glass,./a/1.jpg\ntest,"soda, can",b/ü +.jpg\ntest,,c.jpg\n';

  expect([...parseMetadataTable(text, 'metadata.csv')]).toEqual([
    ['a/1.jpg', 'glass'],
    ['b/ü +.jpg', 'soda, can'],
    ['c.jpg', null],
  ]);
});

test('a table without the columns says which it needs', () => {
  expect(() => parseMetadataTable('x,y\n1,2\n', 'metadata.csv')).toThrow('file_name and label');
});
