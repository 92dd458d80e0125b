/** @file Agreement as people read it. */
import { expect, test } from 'vitest';
import { explainKappa, formatKappa, formatKappaInterval } from './kappa.ts';

test('kappa has two digits, and a minus that is one', () => {
  expect(formatKappa({ kappa: 0.8412 })).toBe('0.84');
  expect(formatKappa({ kappa: -0.1 })).toBe('−0.10');
  expect(formatKappa({ kappa: null })).toBe('–');
  expect(formatKappaInterval({ interval: [-0.05, 0.9021] })).toBe('−0.05 to 0.90');
  expect(formatKappaInterval({ interval: null })).toBe('');
});

test('where there is no value, it is said why', () => {
  expect(explainKappa({ kappa: null, interval: null, pictures: 0, agreed: null })).toContain('no picture');
  expect(explainKappa({ kappa: null, interval: null, pictures: 3, agreed: 1 })).toContain('one and the same');
  expect(explainKappa({ kappa: 1, interval: [0.5, 1], pictures: 3, agreed: 1 })).toContain('1 is perfect');
});
