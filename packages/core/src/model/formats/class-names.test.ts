/** @file Tests of class name lists, as the tools that people come from write them. */
import { expect, test } from 'vitest';
import { parseClassNames } from './class-names.ts';

const cases: [what: string, file: string, text: string, names: string[]][] = [
  ['one a line', 'labels.txt', 'cat\ndog\r\nred panda\n', ['cat', 'dog', 'red panda']],
  ["Teachable Machine's labels.txt", 'labels.txt', '0 cat\n1 2 dogs\n2 red panda', ['cat', '2 dogs', 'red panda']],
  ['names that begin with numbers', 'labels.txt', '2 euros\n5 euros', ['2 euros', '5 euros']],
  ['a CSV with indices, out of order', 'labels.csv', 'index,label\n1,dog\n0,"cat, black"\n', ['cat, black', 'dog']],
  ['a CSV without a header', 'labels.csv', '0;cat\n1;dog\n', ['cat', 'dog']],
  ['a CSV of names alone', 'labels.csv', 'cat\ndog', ['cat', 'dog']],
  ['a CSV of pictures', 'train.csv', 'file,label\na.jpg,dog\nb.jpg,cat\nc.jpg,dog\n', ['cat', 'dog']],
  ['a JSON list', 'labels.json', '["cat", "dog"]', ['cat', 'dog']],
  ["Keras' class_indices", 'classes.json', '{"dog": 1, "cat": 0}', ['cat', 'dog']],
  ['id2label', 'classes.json', '{"1": "dog", "0": "cat"}', ['cat', 'dog']],
  [
    "Teachable Machine's metadata.json",
    'metadata.json',
    '{"labels": ["cat", "dog"], "imageSize": 224}',
    ['cat', 'dog'],
  ],
];

test.each(cases)('%s', (_, file, text, names) => {
  expect(parseClassNames(text, { file })).toEqual(names);
});

test.each([
  ['names the class "cat" twice', 'cat\ndog\ncat'],
  ['names no classes, or leaves one empty', 'cat\n\ndog'],
  ['not JSON', '["cat"'],
  ['do not count from 0 on', '{"1": "dog", "2": "cat"}'],
])('a list is refused that %s', (why, text) => {
  expect(() => parseClassNames(text, { file: 'labels.txt' })).toThrow(why);
});
