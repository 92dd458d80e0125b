/** @file Policies and what may be changed of them. */
import { expect, test } from 'vitest';
import {
  parseAugmentation,
  policies,
  policyNames,
  resolvePolicy,
  transformNames,
  transformSchemas,
} from './augmentation.ts';

test.each(policyNames)('every transform of the policy %s has parameters that its own schema accepts', (name) => {
  const policy = policies[name];

  const parsed = transformNames.map((transform) => [
    transform,
    policy[transform] && transformSchemas[transform].parse(policy[transform]),
  ]);

  expect(Object.fromEntries(parsed)).toEqual(policy);
});

test('none does nothing', () => {
  expect(Object.values(policies.none).every((parameters) => parameters === false)).toBe(true);
});

test('a transform that is told to turn on has its defaults, and one value can be changed alone', () => {
  const policy = resolvePolicy(parseAugmentation('light,rotation,flip.vertical=0.5,blur.sigmaPx=1:3'));

  expect(policy.rotation).toEqual({ degrees: 15 });
  expect(policy.flip).toEqual({ horizontal: 0.5, vertical: 0.5 });
  expect(policy.blur).toEqual({ probability: 0.1, sigmaPx: [1, 3] });
  expect(policy.randomResizedCrop).toEqual(policies.light.randomResizedCrop);
});

test('a transform can be turned off', () => {
  const policy = resolvePolicy(parseAugmentation('strong, erasing=off'));

  expect(policy).toEqual({ ...policies.strong, erasing: false });
});

test.each([
  ['wild', 'There is no policy "wild"; there are none, light, standard, strong.'],
  ['light,wiggle=off', 'There is no transform "wiggle"; there are randomResizedCrop, flip'],
  ['light,rotation.degrees=1000', 'rotation.degrees: Too big'],
  ['light,rotation.angle=10', 'rotation takes degrees'],
  ['light,blur.sigmaPx=3:1', 'must be two numbers, the smaller one first'],
  ['light,erasing.fill=pink', 'erasing.fill: Invalid option'],
])('%s is refused in words that help', (text, problem) => {
  expect(() => parseAugmentation(text)).toThrow(problem);
});
