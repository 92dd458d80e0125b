/** @file What the service holds and lets wait: the same picture once, answers in memory, the queue, models asked for by name. */
import type { TintypeError } from '@tintype/contracts/errors';
import { expect, test, vi } from 'vitest';
import { aVersion, world } from './testing/a-world.ts';

const bytes = Uint8Array.of(1, 2, 3);
const requestId = 'req_1';
const codeOf = (error: unknown): string => (error as TintypeError).code;

const picture = (n: number): Uint8Array => Uint8Array.of(n, n, n);

/** Answers that come when a test says so. */
function aDam(answer: (next: (bundleHash: string) => Promise<number[]>) => void) {
  const waiting: (() => void)[] = [];
  answer(() => new Promise((resolve) => waiting.push(() => resolve([0.5, 0.5]))));
  return {
    waiting,
    open: () => {
      for (const finish of waiting.splice(0)) finish();
    },
  };
}

test('the same picture asked for twice at one time is worked on once', async () => {
  const { service, promote, answer, asked } = world();
  await promote(aVersion(1));
  const dam = aDam(answer);

  const both = [service.predict(bytes, { requestId: 'a' }), service.predict(bytes, { requestId: 'b' })];
  await vi.waitFor(() => expect([dam.waiting.length, service.stats().dedupeHits]).toEqual([1, 1]));
  dam.open();

  expect((await Promise.all(both)).map((each) => each.request_id)).toEqual(['a', 'b']);
  expect(asked).toHaveLength(1);
  expect(service.stats()).toMatchObject({ served: 2, dedupeHits: 1, cacheHits: 0 });
});

test('a picture asked for again is answered from memory, by another version anew', async () => {
  const { service, promote, asked } = world({ cacheEntries: 10 });
  await promote(aVersion(1));
  const first = await service.predict(bytes, { requestId });

  const second = await service.predict(bytes, { requestId, top: 1 });
  await promote(aVersion(2));
  const third = await service.predict(bytes, { requestId });

  expect(second).toEqual({ ...first, probabilities: { dog: 0.75 } });
  expect(third.version).toBe(2);
  expect(asked.map((each) => each.bundleHash)).toEqual(['hash1', 'hash2']);
  expect(service.stats()).toMatchObject({ cacheHits: 1, cachedAnswers: 2 });
});

test('answers in memory are bounded', async () => {
  const { service, promote } = world({ cacheEntries: 3 });
  await promote(aVersion(1));

  for (let n = 0; n < 10; n += 1) await service.predict(picture(n), { requestId });

  expect(service.stats().cachedAnswers).toBe(3);
});

test('a picture that finds the queue full is refused at once, and the next one is not once there is room', async () => {
  const { service, promote, answer } = world({ queue: 3 });
  await promote(aVersion(1));
  const dam = aDam(answer);
  const accepted = [1, 2, 3, 4, 5].map((n) => service.predict(picture(n), { requestId }));
  await vi.waitFor(() => expect(dam.waiting).toHaveLength(5));

  await expect(service.predict(picture(6), { requestId })).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect(service.refuse()).toBe(1);
  expect(service.stats()).toMatchObject({ running: 2, queued: 3, errors: { OVERLOADED: 2 } });
  dam.open();

  expect(await Promise.all(accepted)).toHaveLength(5);
  expect(service.refuse()).toBeUndefined();
});

test('a full queue still answers what it knows and what is under way', async () => {
  const { service, promote, answer } = world({ queue: 1, cacheEntries: 10 });
  await promote(aVersion(1));
  await service.predict(picture(0), { requestId });
  const dam = aDam(answer);
  const accepted = [1, 2, 3].map((n) => service.predict(picture(n), { requestId }));
  await vi.waitFor(() => expect(dam.waiting).toHaveLength(3));

  const known = await service.predict(picture(0), { requestId });
  const joined = service.predict(picture(3), { requestId });
  dam.open();

  expect(known.prediction).toBe('dog');
  expect(await Promise.all([...accepted, joined])).toHaveLength(4);
});

test('a client that leaves frees its place', async () => {
  const { service, promote, answer, asked } = world();
  await promote(aVersion(1));
  aDam(answer);
  const leave = new AbortController();
  const left = service.predict(bytes, { requestId, signal: leave.signal });
  await vi.waitFor(() => expect(asked).toHaveLength(1));

  leave.abort();

  await expect(left).rejects.toMatchObject({ code: 'CANCELLED' });
  expect(asked[0]?.signal?.aborted).toBe(true);
});

test('another model is opened when it is asked for, and its alias is looked up again after news', async () => {
  const { service, promote, versions, news, open } = world();
  await promote(aVersion(1));
  versions.set('birds@champion', { ...aVersion(4), model: 'birds' });

  const first = await service.predict(bytes, { requestId, model: 'birds' });
  versions.set('birds@champion', { ...aVersion(5), model: 'birds' });
  const before = await service.predict(bytes, { requestId, model: 'birds' });
  await news();
  const after = await service.predict(bytes, { requestId, model: 'birds' });

  expect([first.model, first.version, before.version, after.version]).toEqual(['birds', 4, 4, 5]);
  expect([...open]).toEqual(['hash1', 'hash4', 'hash5']);
});

test('of the models asked for by name only so many stay open: the one not used for the longest is closed', async () => {
  const { service, promote, versions, open, log } = world({ openModels: 2 });
  await promote(aVersion(1));
  for (const n of [2, 3, 4]) versions.set(`pets@${n}`, aVersion(n));
  const ask = (n: number) => service.predict(bytes, { requestId, model: `pets@${n}` });

  for (const n of [2, 3, 2, 4]) await ask(n);

  expect([...open].toSorted()).toEqual(['hash1', 'hash2', 'hash4']);
  expect(log.filter((line) => line.startsWith('openBundle'))).toHaveLength(4);
  expect(service.stats().openModels).toBe(3);
});

test('a model in use is not closed for another one, which is refused meanwhile', async () => {
  const { service, promote, versions, answer, asked } = world({ openModels: 1 });
  await promote(aVersion(1));
  for (const n of [2, 3]) versions.set(`pets@${n}`, aVersion(n));
  const dam = aDam(answer);
  const using = service.predict(bytes, { requestId, model: 'pets@2' });
  await vi.waitFor(() => expect(asked).toHaveLength(1));

  await expect(service.predict(bytes, { requestId, model: 'pets@3' })).rejects.toMatchObject({ code: 'OVERLOADED' });
  dam.open();
  await using;
  answer(async () => [1, 0]);

  expect((await service.predict(bytes, { requestId, model: 'pets@3' })).version).toBe(3);
});

test('the champion asked for by its name takes no place of the others', async () => {
  const { service, promote, versions } = world({ openModels: 1 });
  await promote(aVersion(1));
  for (const n of [1, 2]) versions.set(`pets@${n}`, aVersion(n));

  await service.predict(bytes, { requestId, model: 'pets@2' });
  await service.predict(bytes, { requestId, model: 'pets@1' });

  expect(service.stats().openModels).toBe(2);
});

test('a broken model asked for by name again and again is tried once in a while', async () => {
  const { service, promote, versions, broken, log, pass } = world();
  await promote(aVersion(1));
  versions.set('pets@2', aVersion(2));
  broken.add('hash2');
  const ask = () => service.predict(bytes, { requestId, model: 'pets@2' }).catch(codeOf);

  expect([await ask(), await ask(), await ask()]).toEqual(Array(3).fill('BUNDLE_CORRUPT'));
  expect(log.filter((line) => line === 'openBundle hash2')).toHaveLength(1);
  await pass(1000);
  broken.clear();

  expect(await ask()).toMatchObject({ version: 2 });
});
