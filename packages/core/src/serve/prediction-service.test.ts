/** @file Following the champion, switching without a failed request, and pictures that hurt nobody else. */
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import { afterEach, expect, test, vi } from 'vitest';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Clock } from '../ports/clock.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { openPredictionService, type PredictionOptions, type PredictionService } from './prediction-service.ts';

const classes = ['cat', 'dog'];
const bytes = Uint8Array.of(1, 2, 3);
const requestId = 'req_1';

const aVersion = (version: number, bundleHash = `hash${version}`): ModelVersion => ({
  model: 'pets',
  version,
  bundleHash,
  run: 'run_1',
  snapshot: 'snap_1',
  classes,
  backbone: { kind: 'histograms', name: 'histograms', dimensions: 4 },
  head: 'logistic',
  sizeBytes: 1,
  accuracy: 1,
  accuracyInterval: [0.9, 1],
  balancedAccuracy: 1,
  macroF1: 1,
  createdAt: 1,
  aliases: ['champion'],
});

/** A registry whose champion a test moves, and a pool whose answers it decides. */
function aWorld(options: Partial<PredictionOptions> = {}) {
  let champion: ModelVersion | undefined;
  let registryVersion = 0;
  let now = 0;
  const open = new Set<string>();
  const log: string[] = [];
  const problems: unknown[] = [];
  const broken = new Set<string>();
  const hanging = new Set<string>();
  let classify: (bundleHash: string) => Promise<number[]> = async () => [0.25, 0.75];

  const pool: TaskPool<PictureTasks> = {
    size: 2,
    stats: () => ({ running: 0, queued: 0, restarts: 0, ready: 1 }),
    forget: (key) => void log.push(`forget ${key}`),
    prepare: async (_key, task, input, { signal } = {}) => {
      const { bundleHash } = input as { bundleHash: string };
      log.push(`${task} ${bundleHash}`);
      if (hanging.has(bundleHash)) {
        await new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new TintypeError('CANCELLED', {})));
        });
      }
      if (broken.has(bundleHash) && task === 'openBundle') {
        throw new TintypeError('BUNDLE_CORRUPT', { bundle: bundleHash, reason: 'its hash is wrong' });
      }
      if (task === 'openBundle') open.add(bundleHash);
      else open.delete(bundleHash);
      return [{ classes }, { classes }] as never;
    },
    run: async (_task, input) => {
      const { bundleHash } = input as { bundleHash: string };
      expect(open).toContain(bundleHash);
      return { probabilities: Float32Array.from(await classify(bundleHash)), logits: new Float32Array(2) } as never;
    },
    [Symbol.asyncDispose]: async () => {},
  };
  const clock: Clock = { now: () => now, newId: (prefix) => `${prefix}_1` };
  const service = openPredictionService(
    {
      catalog: {
        registryVersion: async () => registryVersion,
        registry: {
          findLatestAliased: async () => champion,
          getVersion: async () => {
            if (champion) return champion;
            throw new TintypeError('MODEL_NOT_FOUND', { model: 'pets', known: [] });
          },
        } as never,
      },
      store: { localFolder: async (prefix) => `/store/${prefix}` },
      pool,
      clock,
    },
    {
      limits: defaultPictureLimits,
      pictureMs: 1000,
      pollMs: 3_600_000,
      onProblem: (problem) => problems.push(problem),
      ...options,
    },
  );
  const move = (version: ModelVersion | undefined): void => {
    champion = version;
    registryVersion += 1;
  };
  return {
    service,
    log,
    open,
    problems,
    broken,
    hanging,
    move,
    promote: async (version: ModelVersion | undefined) => {
      move(version);
      await service.refresh();
    },
    pass: async (ms: number) => {
      now += ms;
      await service.refresh();
    },
    answer: (next: typeof classify) => {
      classify = next;
    },
  };
}

const opened: PredictionService[] = [];
const world = (options?: Partial<PredictionOptions>) => {
  const made = aWorld(options);
  opened.push(made.service);
  return made;
};
afterEach(async () => {
  for (const service of opened.splice(0)) await service[Symbol.asyncDispose]();
});

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
