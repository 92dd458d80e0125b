/** @file Classes are there from the moment in which they are given until the server's list decides. */
import { expect, test } from 'vitest';
import { addNewClasses, getNewClasses, settleNewClasses, withoutNewClasses } from './new-classes.ts';

const answer = (...names: string[]) => withoutNewClasses(async () => ({ items: names.map((name) => ({ name })) }));

test('a new class stays until the server has it, however often it is asked before', async () => {
  addNewClasses(['glass']);
  await answer('cans');
  expect(getNewClasses()).toEqual(['glass']);

  await answer('cans', 'glass');

  expect(getNewClasses()).toEqual([]);
});

test('one that the server calls otherwise is gone with the first list that was asked for after its labels were stored', async () => {
  addNewClasses(['glas']);
  let arrive: (view: { items: { name: string }[] }) => void = () => undefined;
  const early = withoutNewClasses(() => new Promise<{ items: { name: string }[] }>((resolve) => (arrive = resolve)));
  settleNewClasses(['glas', null]);
  arrive({ items: [] });
  await early;
  expect(getNewClasses()).toEqual(['glas']);

  await answer('glass');

  expect(getNewClasses()).toEqual([]);
});
