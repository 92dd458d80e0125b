/** @file Every class has one key, no key two classes, and what people chose stays. */
import type { LabelClass } from '@tintype/contracts/label';
import { expect, test } from 'vitest';
import { assignKeys, findByKey } from './class-keys.ts';

const aClass = (name: string, key: string | null = null, position = 0): LabelClass => ({ name, key, position });

test('chosen keys stay, the others follow the digits around them', () => {
  const keyed = assignKeys([aClass('glass'), aClass('metal', '2'), aClass('paper'), aClass('trash', 't')]);

  expect(keyed.map(({ key, isChosen }) => [key, isChosen])).toEqual([
    ['1', false],
    ['2', true],
    ['3', false],
    ['t', true],
  ]);
});

test('after nine comes zero, then letters, then none', () => {
  const keyed = assignKeys(Array.from({ length: 40 }, (_, n) => aClass(`class ${n}`)));

  expect(keyed.map(({ key }) => key).slice(8, 12)).toEqual(['9', '0', 'a', 'b']);
  expect(keyed.slice(36).every(({ key }) => key === null)).toBe(true);
  expect(new Set(keyed.flatMap(({ key }) => key ?? [])).size).toBe(36);
});

test('a key is found whether capitals are locked or not', () => {
  const keyed = assignKeys([aClass('trash', 't')]);

  expect(findByKey(keyed, 'T')?.name).toBe('trash');
  expect(findByKey(keyed, 'x')).toBeUndefined();
});
