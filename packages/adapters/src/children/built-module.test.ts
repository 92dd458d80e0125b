/** @file Where the built module of a task is found. */
import { expect, test } from 'vitest';
import { toBuilt } from './built-module.ts';

test('a module is the built one, whether its name was written in sources or stands in built code', () => {
  expect(toBuilt('file:///a/src/fetch/tasks.ts')).toBe('file:///a/dist/fetch/tasks.js');
  expect(toBuilt('file:///a/dist/fetch/tasks.ts')).toBe('file:///a/dist/fetch/tasks.js');
  expect(toBuilt('file:///a/src/fixtures/tasks.mjs')).toBe('file:///a/src/fixtures/tasks.mjs');
  expect(toBuilt('@tintype/core/model/picture-tasks')).toBe('@tintype/core/model/picture-tasks');
});
