/** @file Gates of a bundle and of the server, as the prediction service asks its children for them. */
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Gate, parseGates } from '@tintype/contracts/gate';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import { afterEach, expect, test } from 'vitest';
import { DetectorShelf } from '../model/gates/detector-shelf.ts';
import type { ClassifyInput, PictureAnswer, PictureTasks } from '../model/picture-tasks.types.ts';
import { inProcessPool } from '../model/testing.ts';
import { openPredictionService, type PredictionService } from './prediction-service.ts';

const classes = ['cat', 'dog'];
const bytes = Uint8Array.of(1, 2, 3);
const requestId = 'req_1';
const settings = { person: { kind: 'yolox' as const, file: 'detector.onnx' } };

const aVersion = (version: number): ModelVersion =>
  ({ model: 'pets', version, bundleHash: `hash${version}`, classes }) as unknown as ModelVersion;

/** `bundled` are the gates of each bundle, by its number. */
async function aWorld(options: { bundled?: Record<string, string[]>; gates?: Gate[]; hasDetector?: boolean } = {}) {
  const { bundled = {}, gates = [], hasDetector = true } = options;
  const folder = await mkdtemp(join(tmpdir(), 'tintype-serve-gates-'));
  await writeFile(join(folder, 'detector.onnx'), 'not read here');
  const asked: ClassifyInput[] = [];
  let answer: PictureAnswer = { probabilities: Float32Array.of(0.25, 0.75) };
  let [champion, registryVersion] = [aVersion(1), 0];
  const pool = inProcessPool<PictureTasks>({
    openBundle: async ({ bundleHash }) =>
      ({ model: 'pets', classes, gates: parseGates(bundled[bundleHash] ?? []), files: {} }) as never,
    closeBundle: async () => null,
    openDetector: async () => null,
    closeDetector: async () => null,
    classify: async (input) => {
      asked.push(input);
      return answer;
    },
  });
  const service = openPredictionService(
    {
      catalog: {
        registryVersion: async () => registryVersion,
        registry: { findLatestAliased: async () => champion } as never,
      },
      store: { localFolder: async (prefix) => prefix },
      pool,
      clock: { now: () => 0, newId: (prefix) => prefix },
    },
    {
      limits: defaultPictureLimits,
      pictureMs: 1000,
      pollMs: 3_600_000,
      gates,
      detectors: new DetectorShelf(pool, { settings: hasDetector ? settings : {}, folder }),
    },
  );
  opened.push(service);
  await service.refresh();
  return {
    service,
    asked,
    pool,
    answer: (next: PictureAnswer) => {
      answer = next;
    },
    promote: async (version: number) => {
      champion = aVersion(version);
      registryVersion += 1;
      await service.refresh();
      await service.refresh();
    },
  };
}

const opened: PredictionService[] = [];
afterEach(async () => {
  for (const service of opened.splice(0)) await service[Symbol.asyncDispose]();
});

test('a refusal is an answer: its sentence, its reason and how many people there are', async () => {
  const { service, answer } = await aWorld();
  const error = 'Multiple people detected (3 people). Please use single-person images.';
  answer({ refusal: { reason: 'TOO_MANY_PERSONS', error }, personCount: 3 });

  const prediction = await service.predict(bytes, { requestId });

  expect(prediction).toEqual({
    prediction: null,
    confidence: 0,
    person_count: 3,
    error,
    reason: 'TOO_MANY_PERSONS',
    model: 'pets',
    version: 1,
    request_id: requestId,
  });
});

test("the server's gates go with every picture, and the detector that the bundle's own gates count with", async () => {
  const gates = parseGates(['min-size=64', 'confidence=0.5']);
  const { service, asked } = await aWorld({ gates, bundled: { hash1: ['person-count=1'] } });

  await service.predict(bytes, { requestId });

  expect(asked[0]?.gates).toEqual(gates);
  expect(asked[0]?.detectors?.person).toMatch(/^detector:person:/);
  expect(service.health().detector_loaded).toBe(true);
});

test('a detector is closed when the version that counted with it no longer serves', async () => {
  const { service, pool, promote } = await aWorld({ bundled: { hash1: ['person-count=1'] } });

  await promote(2);

  expect(service.health()).toMatchObject({ version: 2, detector_loaded: false });
  expect(pool.calls.filter((task) => task.endsWith('Detector'))).toEqual(['openDetector', 'closeDetector']);
});

test('a version whose gates count what nothing finds does not take over', async () => {
  const { service, promote } = await aWorld({ bundled: { hash2: ['person-count=1'] }, hasDetector: false });

  await promote(2);

  expect(service.serving?.version).toBe(1);
  expect(service.problem).toMatchObject({ code: 'DETECTOR_MISSING' });
  expect(service.health().status).toBe('degraded');
});

test('a version without an index of its training pictures does not take over where a gate compares with them', async () => {
  const { service, promote } = await aWorld({ bundled: { hash2: ['unknown=0.99'] } });

  await promote(2);

  expect(service.serving?.version).toBe(1);
  expect(service.problem).toMatchObject({ code: 'NEIGHBORS_MISSING', details: { model: 'pets' } });
});
