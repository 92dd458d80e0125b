/** @file The command that restores, as a shell reads it. */
import { expect, test } from 'vitest';
import { restoreCommand } from './restore-command.ts';

const id = '20261126T120533Z-1a2b3c';

test.each([
  ['s3://photos/shop/', `npx tintype backup restore ${id} --from s3://photos/shop/`],
  ["file:/srv/ann's shop", `npx tintype backup restore ${id} --from 'file:/srv/ann'\\''s shop'`],
  ['file:/srv/$(rm x)', `npx tintype backup restore ${id} --from 'file:/srv/$(rm x)'`],
])('the command that restores from %s is what a shell takes for it', (place, line) => {
  expect(restoreCommand({ id, place })).toBe(line);
});
