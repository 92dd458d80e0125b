/** @file Copies in quarantine beside objects that are in their places. */
import { expect, test } from 'vitest';
import { memoryStore } from '../model/testing.ts';
import { objectKeys } from '../ports/object-store.ts';
import type { Found } from './check.types.ts';
import { checkQuarantine } from './check-quarantine.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('a copy of what is in its place again is removed with its note; what differs, or is nowhere else, stays', async () => {
  const store = memoryStore();
  for (const [key, text] of Object.entries({ 'sources/a': 'one', 'sources/b': 'two' }))
    await store.put(key, bytesOf(text));
  const asides = { 'sources/a': 'one', 'sources/b': 'owt', 'sources/c': 'three' };
  for (const [key, text] of Object.entries(asides)) {
    await store.put(objectKeys.quarantine(key), bytesOf(text));
    await store.put(`${objectKeys.quarantine(key)}.note.json`, bytesOf('{}'));
  }
  const look = (isQuick: boolean): Promise<Found[]> => collect(checkQuarantine({ store, isQuick }));

  const quick = await look(true);
  const found = await look(false);
  for (const { mend } of found) await mend?.();

  expect(quick).toEqual([]);
  expect(found).toMatchObject([{ kind: 'unfinished', subject: 'quarantine/sources/a' }]);
  expect(await look(false)).toEqual([]);
  expect((await collect(store.list('quarantine/'))).map(({ key }) => key).toSorted()).toEqual([
    'quarantine/sources/b',
    'quarantine/sources/b.note.json',
    'quarantine/sources/c',
    'quarantine/sources/c.note.json',
  ]);
  expect(await store.find('sources/a')).toBeDefined();
});
