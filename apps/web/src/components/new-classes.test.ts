/** @file Classes are there from the moment in which they are given until the server's list decides. */
import { expect, test } from 'vitest';
import { addNewClasses, decideNewClasses, dropDecidedClasses, getNewClasses, settleNewClasses } from './new-classes.ts';

const answer = (...names: string[]) => decideNewClasses(async () => ({ items: names.map((name) => ({ name })) }));

test('a new class stays until the server has it, however often it is asked before', async () => {
  addNewClasses(['glass']);
  await answer('cans');
  dropDecidedClasses();
  expect(getNewClasses()).toEqual(['glass']);

  await answer('cans', 'glass');
  expect(getNewClasses(), 'its key works until the list is shown').toEqual(['glass']);
  dropDecidedClasses();

  expect(getNewClasses()).toEqual([]);
});

test('one that the server calls otherwise is gone with the first list that was asked for after its labels were stored', async () => {
  addNewClasses(['glas']);
  let arrive: (view: { items: { name: string }[] }) => void = () => undefined;
  const early = decideNewClasses(() => new Promise<{ items: { name: string }[] }>((resolve) => (arrive = resolve)));
  settleNewClasses(['glas', null]);
  arrive({ items: [] });
  await early;
  dropDecidedClasses();
  expect(getNewClasses()).toEqual(['glas']);

  await answer('glass');
  dropDecidedClasses();

  expect(getNewClasses()).toEqual([]);
});

test('one that is given again while the list that decided it is on its way to the screen stays', async () => {
  addNewClasses(['glass']);
  await answer('glass');
  addNewClasses(['paper']);
  expect(getNewClasses()).toEqual(['glass', 'paper']);
  addNewClasses(['glass']);

  dropDecidedClasses();

  expect(getNewClasses()).toEqual(['glass', 'paper']);
});
