/** @file The map of what an answer depends on: beside the answer, one at a time, and never in the way of others. */
import { expect, test } from 'vitest';
import { aMap, aVersion, world } from './testing/a-world.ts';

const bytes = Uint8Array.of(1, 2, 3);
const asked = { requestId: 'req_1', explain: 'occlusion' } as const;

test('the map is given beside the answer, with the name of its class', async () => {
  const { service, promote } = world();
  await promote(aVersion(1));

  const prediction = await service.predict(bytes, asked);

  expect(prediction).toMatchObject({ prediction: 'dog', confidence: 0.75 });
  const { classIndex: _, drops, ...map } = aMap;
  expect(prediction.occlusion).toEqual({ class: 'dog', ...map, drops: [...drops] });
});

test('a second map is refused while one is made, and answers are not', async () => {
  const { service, promote, map } = world();
  await promote(aVersion(1));
  let finish: (made: typeof aMap) => void = () => undefined;
  map(() => new Promise((resolve) => (finish = resolve)));
  const first = service.predict(bytes, asked);
  await new Promise((resolve) => setTimeout(resolve, 10));

  await expect(service.predict(Uint8Array.of(4), asked)).rejects.toMatchObject({ code: 'OVERLOADED' });
  const answer = await service.predict(Uint8Array.of(5), { requestId: 'req_2' });
  finish(aMap);

  expect(answer.occlusion).toBeUndefined();
  expect((await first).occlusion?.class).toBe('dog');
});

test('pictures of a batch wait for the map before theirs, one at a time', async () => {
  const { service, promote, map } = world();
  await promote(aVersion(1));
  let [underWay, most] = [0, 0];
  map(async () => {
    underWay += 1;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setTimeout(resolve, 5));
    underWay -= 1;
    return aMap;
  });

  const answers = await Promise.all(
    [1, 2, 3, 4].map((n) => service.predict(Uint8Array.of(n), { ...asked, isPatient: true })),
  );

  expect(answers.map(({ occlusion }) => occlusion?.class)).toEqual(['dog', 'dog', 'dog', 'dog']);
  expect(most).toBe(1);
});

test('whoever leaves while the map waits is not kept', async () => {
  const { service, promote, map } = world();
  await promote(aVersion(1));
  let finish: (made: typeof aMap) => void = () => undefined;
  map(() => new Promise((resolve) => (finish = resolve)));
  const first = service.predict(bytes, asked);
  await new Promise((resolve) => setTimeout(resolve, 10));
  const leave = new AbortController();
  const second = service.predict(Uint8Array.of(4), { ...asked, isPatient: true, signal: leave.signal });
  await new Promise((resolve) => setTimeout(resolve, 10));

  leave.abort();
  finish(aMap);

  await expect(second).rejects.toMatchObject({ code: 'CANCELLED' });
  expect((await first).occlusion?.class).toBe('dog');
});

test('a map that fails leaves room for the next', async () => {
  const { service, promote, map } = world();
  await promote(aVersion(1));
  map(() => Promise.reject(new Error('the child is gone')));

  await expect(service.predict(bytes, asked)).rejects.toThrow('the child is gone');
  map(async () => aMap);

  expect((await service.predict(bytes, asked)).occlusion?.rows).toBe(1);
});
