/** @file Following the champion, switching without a failed request, and pictures that hurt nobody else. */
import { TintypeError } from '@tintype/contracts/errors';
import { expect, test, vi } from 'vitest';
import { aVersion, world } from './testing/a-world.ts';

const bytes = Uint8Array.of(1, 2, 3);
const requestId = 'req_1';
const codeOf = (error: unknown): string => (error as TintypeError).code;

test('a service without a champion says so instead of answering', async () => {
  const { service } = world();
  expect(service.health().status).toBe('starting');

  await service.refresh();

  expect(service.health()).toMatchObject({ status: 'degraded', model_loaded: false, model: null });
  await expect(service.predict(bytes, { requestId })).rejects.toMatchObject({ code: 'MODEL_NOT_SERVED' });
});

test('a request that comes before the first look at the registry waits for it', async () => {
  const { service, move } = world();
  move(aVersion(1));

  const prediction = await service.predict(bytes, { requestId });

  expect(prediction.version).toBe(1);
});

test('a named model that does not exist yet is waited for, not a problem', async () => {
  const { service, promote, problems } = world({ model: 'pets' });

  await service.refresh();
  await promote(aVersion(1));

  expect(problems).toEqual([]);
  expect(service.serving?.version).toBe(1);
});

test('the champion answers with its classes, model and version', async () => {
  const { service, promote } = world();
  await promote(aVersion(3));

  const prediction = await service.predict(bytes, { requestId });

  expect(prediction).toEqual({
    prediction: 'dog',
    confidence: 0.75,
    probabilities: { cat: 0.25, dog: 0.75 },
    error: null,
    model: 'pets',
    version: 3,
    request_id: requestId,
  });
  expect(service.health()).toMatchObject({ status: 'healthy', model: 'pets', version: 3 });
});

test('a switch lets running requests end on the old bundle and closes it only then', async () => {
  const { service, promote, open, answer } = world();
  await promote(aVersion(1));
  let finish: (probabilities: number[]) => void = () => {};
  answer(() => new Promise((resolve) => (finish = resolve)));
  const running = service.predict(bytes, { requestId });

  await promote(aVersion(2));
  expect([...open]).toEqual(['hash1', 'hash2']);
  answer(async () => [0.9, 0.1]);
  const next = await service.predict(bytes, { requestId });
  finish([0.4, 0.6]);

  expect(next.version).toBe(2);
  expect((await running).version).toBe(1);
  await service.refresh();
  expect([...open]).toEqual(['hash2']);
});

test('a broken new champion is told once and the old one keeps serving', async () => {
  const { service, promote, broken, problems } = world();
  await promote(aVersion(1));
  broken.add('hash2');

  await promote(aVersion(2));
  await service.refresh();

  expect(problems.map(codeOf)).toEqual(['BUNDLE_CORRUPT']);
  expect(service.health()).toMatchObject({ status: 'degraded', model_loaded: true, version: 1 });
  expect((await service.predict(bytes, { requestId })).version).toBe(1);
});

test('a broken champion is tried again after a while and served once it is mended', async () => {
  const { service, promote, pass, broken, problems } = world();
  broken.add('hash1');
  await promote(aVersion(1));
  broken.clear();

  await pass(500);
  expect(service.health().model_loaded).toBe(false);
  await pass(500);

  expect(service.health().status).toBe('healthy');
  expect(problems.at(-1)).toBeUndefined();
});

test('a bundle whose classes are not the registered ones is not served', async () => {
  const { service, promote, problems } = world();

  await promote({ ...aVersion(1), classes: ['dog', 'cat'] });

  expect(service.serving).toBeUndefined();
  expect(problems.map(codeOf)).toEqual(['BUNDLE_CORRUPT']);
});

test('two versions of one bundle switch without opening or closing it', async () => {
  const { service, promote, log } = world();
  await promote(aVersion(1, 'same'));
  await promote(aVersion(2, 'same'));
  await service.refresh();

  expect(log).toEqual(['openBundle same']);
  expect(service.serving?.version).toBe(2);
});

test('a version promoted again while it still drains stays open', async () => {
  const { service, promote, open, answer } = world();
  await promote(aVersion(1));
  let finish: (probabilities: number[]) => void = () => {};
  answer(() => new Promise((resolve) => (finish = resolve)));
  const running = service.predict(bytes, { requestId });

  await promote(aVersion(2));
  await promote(aVersion(1));
  finish([0.5, 0.5]);
  await running;
  await service.refresh();

  expect([...open]).toEqual(['hash1']);
});

test('a champion that is taken away stops being served', async () => {
  const { service, promote, open } = world();
  await promote(aVersion(1));

  await promote(undefined);
  await service.refresh();

  expect(service.health()).toMatchObject({ status: 'degraded', model_loaded: false });
  expect(open.size).toBe(0);
});

test('a picture that killed its child is refused from then on without being tried', async () => {
  const { service, promote, answer } = world();
  await promote(aVersion(1));
  let runs = 0;
  answer(async () => {
    runs += 1;
    throw new TintypeError('CHILD_CRASHED', { reason: 'ran out of memory' });
  });

  for (let i = 0; i < 2; i += 1) {
    await expect(service.predict(bytes, { requestId })).rejects.toMatchObject({
      code: 'IMAGE_DECODE_FAILED',
      details: { reason: 'ran out of memory' },
    });
  }

  expect(runs).toBe(1);
});

test('a picture that takes too long gets a second chance, another picture of its size is never refused', async () => {
  const { service, promote, answer } = world();
  await promote(aVersion(1));
  let runs = 0;
  answer(async () => {
    runs += 1;
    throw new TintypeError('DEADLINE_EXCEEDED', { deadlineMs: 1000 });
  });

  for (let i = 0; i < 4; i += 1) {
    await expect(service.predict(bytes, { requestId })).rejects.toMatchObject({ code: 'IMAGE_DECODE_FAILED' });
  }
  answer(async () => [1, 0]);
  const other = await service.predict(Uint8Array.of(4, 5, 6), { requestId });

  expect(runs).toBe(2);
  expect(other.prediction).toBe('cat');
});

test('what the picture itself is refused for passes through', async () => {
  const { service, promote, answer } = world();
  await promote(aVersion(1));
  answer(async () => {
    throw new TintypeError('IMAGE_TRUNCATED', {});
  });

  await expect(service.predict(bytes, { requestId })).rejects.toMatchObject({ code: 'IMAGE_TRUNCATED' });
});

test('a service that ends does not wait for a bundle that never opens', async () => {
  const { service, promote, hanging, problems } = world();
  hanging.add('hash1');
  const promoted = promote(aVersion(1));

  await service[Symbol.asyncDispose]();
  await promoted;

  expect(problems).toEqual([]);
});

test('a new champion is found by polling alone', async () => {
  const { service, move } = world({ pollMs: 5 });
  await service.refresh();

  move(aVersion(1));

  await vi.waitFor(() => expect(service.serving?.version).toBe(1));
});

test('two hundred moves of the champion under load, a fifth to broken bundles, fail no request', async () => {
  const { service, promote, answer, broken, open } = world();
  await promote(aVersion(1));
  answer(() => new Promise((resolve) => setImmediate(() => resolve([0.5, 0.5]))));
  const load = { isOver: false };
  const client = async (): Promise<number[]> => {
    const versions: number[] = [];
    while (!load.isOver) versions.push((await service.predict(bytes, { requestId })).version);
    return versions;
  };
  const clients = [client(), client(), client()];

  for (let n = 2; n <= 201; n += 1) {
    if (n % 5 === 0) broken.add(`hash${n}`);
    await promote(aVersion(n));
    await new Promise((resolve) => setImmediate(resolve));
  }
  load.isOver = true;
  const answered = (await Promise.all(clients)).flat();

  expect(answered.filter((version) => version % 5 === 0)).toEqual([]);
  expect(new Set(answered).size).toBeGreaterThan(50);
  await service.refresh();
  await vi.waitFor(() => expect([...open]).toEqual(['hash201']));
});
