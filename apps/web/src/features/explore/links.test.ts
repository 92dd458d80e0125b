/** @file Everything leads somewhere: bins, bounds and findings as addresses of the grid or of a part of the screen. */
import { type ExploreReport, findingKinds } from '@tintype/contracts/explore';
import { expect, test } from 'vitest';
import { binPath, findingPath, outliersPath, unusualPath } from './links.ts';

const report = {
  dataset: 'pets',
  measures: [
    { measure: 'brightness', unusual: [{ name: 'dark', from: 0, to: 0.12, pictures: 1, examples: [] }] },
    { measure: 'sharpness', unusual: [{ name: 'blurred', from: 0, to: 50, pictures: 1, examples: [] }] },
  ],
} as unknown as ExploreReport;

test('a bound leads to its pictures, the farthest first', () => {
  expect(unusualPath('pets', 'brightness', { from: 0, to: 0.12 })).toBe(
    '/pictures?dataset=pets&measure=brightness:0:0.12&sort=brightness',
  );
  expect(unusualPath('pets', 'brightness', { from: 0.93, to: 1 })).toContain('sort=-brightness');
});

test('the first and the last bin hold what lies beyond them', () => {
  const bin = { from: 0.123456, to: 0.5 };

  expect(binPath('pets', 'entropy', { ...bin, isFirst: false, isLast: false })).toContain('measure=entropy:0.1235:0.5');
  expect(binPath('pets', 'entropy', { ...bin, isFirst: true, isLast: false })).toContain('measure=entropy::0.5');
  expect(binPath('pets', 'entropy', { ...bin, isFirst: false, isLast: true })).toContain('measure=entropy:0.1235:&');
});

test.each(findingKinds)('a finding of kind %s leads to an address of its dataset', (kind) => {
  expect(findingPath(kind, report)).toMatch(/^\/(pictures|explore|label)[/?].*dataset=pets/);
});

test('outliers are those at least twice as far as usual', () => {
  expect(outliersPath('pets')).toBe('/pictures?dataset=pets&measure=outlier:0.5:&sort=-outlier');
});
