/** @file What the prediction log keeps, what it drops, and that nobody waits for it. */
import { createHash } from 'node:crypto';
import { type LoggedPrediction, predictionLogSettingsSchema } from '@tintype/contracts/prediction-log';
import type { Prediction } from '@tintype/contracts/serve';
import { expect, test } from 'vitest';
import { memoryStore } from '../model/testing.ts';
import type { PredictionStore } from '../ports/catalog.ts';
import { objectKeys } from '../ports/object-store.ts';
import { openPredictionLog, PredictionLog } from './prediction-log.ts';

const noon = Date.UTC(2026, 0, 2, 12);

interface LogWorld {
  /** Rows of today that are there already. */
  before?: number;
  failing?: boolean;
  random?: () => number;
  /** Writing waits for it. */
  gate?: Promise<void>;
}

function aLog(settings: object = {}, world: LogWorld = {}) {
  const { before = 0, failing = false, random = () => 0.5, gate = Promise.resolve() } = world;
  const rows: LoggedPrediction[] = [];
  const store = memoryStore();
  const problems: unknown[] = [];
  let now = noon;
  let ids = 0;
  const predictions: PredictionStore = {
    async record(more) {
      await gate;
      if (failing) throw new Error('the disk is full');
      rows.push(...more);
    },
    list: () => Promise.reject(new Error('not asked for')),
    countSince: async (at) => before + rows.filter((row) => row.at >= at).length,
  };
  const clock = { now: () => now, newId: (prefix: string) => `${prefix}_${ids++}` };
  const options = {
    ...predictionLogSettingsSchema.parse(settings),
    onProblem: (problem: unknown) => problems.push(problem),
  };
  const log = new PredictionLog({ predictions, store, clock, random }, options);
  return { log, rows, store, problems, wait: (ms: number) => (now += ms) };
}

const anAnswer = (confidence: number, id = 'req_1'): Prediction => ({
  prediction: 'cat',
  confidence,
  probabilities: { cat: confidence, dog: 1 - confidence },
  error: null,
  model: 'pets',
  version: 3,
  request_id: id,
});
const aRefusal: Prediction = {
  ...anAnswer(0),
  prediction: null,
  probabilities: undefined,
  error: 'There is no person.',
  reason: 'NO_PERSON',
};
const bytes = Uint8Array.of(1, 2, 3);
const hash = createHash('sha256').update(bytes).digest('hex');

test('nothing is opened where nothing is to be kept', () => {
  const ports = {} as ConstructorParameters<typeof PredictionLog>[0];

  expect(openPredictionLog(ports, predictionLogSettingsSchema.parse({ pictures: true }))).toBeUndefined();
  expect(openPredictionLog(ports, predictionLogSettingsSchema.parse({ refused: true }))).toBeDefined();
});

test('an answer is kept with its content hash, version and request, and its picture where that is wanted', async () => {
  const { log, rows, store } = aLog({ share: 1, pictures: true });

  log.offer({ bytes, prediction: anAnswer(0.9) });
  await log[Symbol.asyncDispose]();

  expect(rows).toEqual([
    {
      id: 'pred_0',
      at: noon,
      because: 'random',
      contentHash: hash,
      sizeBytes: 3,
      hasPicture: true,
      model: 'pets',
      version: 3,
      requestId: 'req_1',
      prediction: 'cat',
      confidence: 0.9,
      reason: null,
      probabilities: { cat: 0.9, dog: expect.closeTo(0.1) },
    },
  ]);
  expect([...store.objects.keys()]).toEqual([objectKeys.prediction(hash)]);
});

test('a random share, the unsure and the refused are kept, each for its own reason', async () => {
  const drawn = [0.05, 0.5, 0.5, 0.5, 0.09];
  const { log, rows, store } = aLog({ share: 0.1, below: 0.6, refused: true }, { random: () => drawn.shift() ?? 1 });

  for (const prediction of [anAnswer(0.9), anAnswer(0.9), anAnswer(0.5), aRefusal, anAnswer(0.5)])
    log.offer({ bytes, prediction });
  await log[Symbol.asyncDispose]();

  expect(rows.map(({ because, confidence }) => `${because} ${confidence}`)).toEqual([
    'random 0.9',
    'unsure 0.5',
    'refused 0',
    'random 0.5',
  ]);
  expect(rows[2]).toMatchObject({ prediction: null, reason: 'NO_PERSON', probabilities: null });
  expect(store.objects.size).toBe(0);
});

test('a refusal is not kept for its low confidence', async () => {
  const { log, rows } = aLog({ below: 0.6 });

  log.offer({ bytes, prediction: aRefusal });
  await log[Symbol.asyncDispose]();

  expect(rows).toEqual([]);
});

test('a day has its limit, counted over restarts, and the next day has its own', async () => {
  const { log, rows, wait } = aLog({ share: 1, perDay: 5 }, { before: 3 });

  for (let n = 0; n < 4; n += 1) log.offer({ bytes, prediction: anAnswer(0.9) });
  await log[Symbol.asyncDispose]();
  expect(log.stats()).toEqual({ kept: 2, dropped: 2 });

  wait(24 * 60 * 60 * 1000);
  log.offer({ bytes, prediction: anAnswer(0.9) });
  await log[Symbol.asyncDispose]();
  expect(rows).toHaveLength(3);
});

test('more than 10,000 that wait are dropped and counted, and offering them takes no time', async () => {
  let open = (): void => undefined;
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const { log, rows } = aLog({ share: 1, perDay: 1_000_000 }, { gate });

  const startedAt = performance.now();
  for (let n = 0; n < 12_000; n += 1) log.offer({ bytes, prediction: anAnswer(0.9) });
  const durationMs = performance.now() - startedAt;
  open();
  await log[Symbol.asyncDispose]();

  expect(durationMs).toBeLessThan(1000);
  expect(log.stats().dropped).toBe(12_000 - rows.length);
  expect(rows.length).toBeGreaterThanOrEqual(10_000);
  expect(rows.length).toBeLessThanOrEqual(10_200);
});

test('pictures that wait hold at most 64 MiB', async () => {
  const { log, rows } = aLog({ share: 1 });
  const large = new Uint8Array(10 * 2 ** 20);

  for (let n = 0; n < 8; n += 1) log.offer({ bytes: large, prediction: anAnswer(0.9) });
  await log[Symbol.asyncDispose]();

  expect(rows).toHaveLength(6);
  expect(log.stats()).toEqual({ kept: 6, dropped: 2 });
});

test('a catalog that cannot be written is said once, and harms no answer', async () => {
  const { log, problems } = aLog({ share: 1 }, { failing: true });

  for (let n = 0; n < 3; n += 1) {
    log.offer({ bytes, prediction: anAnswer(0.9) });
    await log[Symbol.asyncDispose]();
  }

  expect(problems).toHaveLength(1);
  expect(log.stats()).toEqual({ kept: 0, dropped: 3 });
});
