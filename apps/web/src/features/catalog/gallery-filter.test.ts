/** @file What the address bar says is what the gallery shows. */
import { expect, test } from 'vitest';
import {
  countClasses,
  type GalleryFilter,
  isFiltered,
  parseFilter,
  parseOpenSample,
  renderFilter,
  toSampleQuery,
} from './gallery-filter.ts';

const filters: GalleryFilter[] = [
  { isTrash: false },
  { dataset: 'street', className: 'soda cans & more', split: 'test', text: 'año/ü?', isTrash: true },
  { className: '', isTrash: false },
];

test.each(filters)('a filter comes back from the address as it went in: %j', (filter) => {
  const parsed = parseFilter(new URLSearchParams(renderFilter(filter).toString()));

  expect(parsed).toEqual({ dataset: undefined, className: undefined, split: undefined, text: undefined, ...filter });
});

test('what the address states wrongly is not filtered by', () => {
  const parsed = parseFilter(new URLSearchParams('split=holdout&dataset=&text=&trash=yes'));

  expect(parsed).toEqual({
    dataset: undefined,
    className: undefined,
    split: undefined,
    text: undefined,
    isTrash: false,
  });
  expect(isFiltered(parsed)).toBe(false);
});

test('only a well-formed sample id opens a sample', () => {
  const opened = ['s_0123456789abcdef0123', 's_1', '../etc'].map((sample) =>
    parseOpenSample(new URLSearchParams({ sample })),
  );

  expect(opened).toEqual(['s_0123456789abcdef0123', undefined, undefined]);
});

test('an empty class name asks the server for samples without a label', () => {
  const query = toSampleQuery({ className: '', isTrash: true });

  expect(query).toMatchObject({ className: '', removed: true });
});

test('classes are counted over all datasets or within the chosen one', () => {
  const datasets = [
    { name: 'a', unlabeled: 1, classes: [{ name: 'can', samples: 2 }] },
    {
      name: 'b',
      unlabeled: 4,
      classes: [
        { name: 'can', samples: 3 },
        { name: 'box', samples: 1 },
      ],
    },
  ];

  expect(countClasses(datasets, undefined)).toEqual({
    unlabeled: 5,
    classes: [
      { name: 'box', samples: 1 },
      { name: 'can', samples: 5 },
    ],
  });
  expect(countClasses(datasets, 'a')).toEqual({ unlabeled: 1, classes: [{ name: 'can', samples: 2 }] });
});
