/** @file What the address bar says is what the gallery shows. */
import { expect, test } from 'vitest';
import {
  countClasses,
  isFiltered,
  type PicturesQuery,
  parseFilter,
  parseOpenSample,
  picturesPath,
  renderFilter,
} from './gallery-filter.ts';

const queries: PicturesQuery[] = [
  {},
  { dataset: 'street', class: 'soda cans & more', split: 'test', text: 'año/ü?', removed: true },
  { class: '' },
  { tag: 'blurry', annotator: 'ada', source: 'human', issue: 'near-duplicate', group: 'shelf 7' },
  { from: '2026-11-01', to: '2026-11-26', sort: '-added' },
  { version: 'pets@3', predicted: 'cat', confidence: '0.2:0.6', wrong: true, sort: 'confidence' },
  { measure: 'brightness::0.2', sort: '-sharpness', view: `view_${'0'.repeat(20)}`, wrong: undefined },
];

test.each(queries)('a query comes back from the address as it went in: %j', (query) => {
  const parsed = parseFilter(new URLSearchParams(picturesPath(query).split('?')[1] ?? ''));

  expect(parsed).toEqual(query);
});

test('what the address states wrongly is not filtered by', () => {
  const parsed = parseFilter(
    new URLSearchParams(
      'split=holdout&dataset=&text=&removed=yes&sort=size&measure=taste:0:1&confidence=0.2:0.6&from=today',
    ),
  );

  expect(parsed).toEqual({ sort: 'size' });
  expect(isFiltered(parsed)).toBe(false);
});

test('an address is as people would write it', () => {
  const path = picturesPath({ confidence: '0.2:0.6', version: 'pets@3', class: 'cat' });

  expect(path).toBe('/pictures?class=cat&version=pets@3&confidence=0.2:0.6');
  expect(picturesPath({ removed: false, text: '' })).toBe('/pictures');
});

test('addresses of an earlier page still find the trash', () => {
  expect(renderFilter(parseFilter(new URLSearchParams('class=cat&trash=1'))).toString()).toBe('class=cat&removed=true');
});

test('only a well-formed sample id opens a sample', () => {
  const opened = ['s_0123456789abcdef0123', 's_1', '../etc'].map((sample) =>
    parseOpenSample(new URLSearchParams({ sample })),
  );

  expect(opened).toEqual(['s_0123456789abcdef0123', undefined, undefined]);
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
