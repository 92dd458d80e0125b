/** @file For tests: a prediction service over a registry whose champion a test moves, and a pool whose answers it decides. */
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import { afterEach, expect } from 'vitest';
import type { OcclusionMap } from '../../model/occlusion.ts';
import type { PictureTasks } from '../../model/picture-tasks.types.ts';
import type { Clock } from '../../ports/clock.ts';
import type { TaskPool } from '../../ports/task-pool.ts';
import { openPredictionService, type PredictionOptions, type PredictionService } from '../prediction-service.ts';

const classes = ['cat', 'dog'];

export const aMap: OcclusionMap = {
  classIndex: 1,
  rows: 1,
  columns: 2,
  region: { left: 0, top: 0, width: 1, height: 1 },
  drops: Float32Array.of(0.5, -0.25),
};

export const aVersion = (version: number, bundleHash = `hash${version}`): ModelVersion => ({
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

function aWorld(options: Partial<PredictionOptions> = {}) {
  let champion: ModelVersion | undefined;
  const versions = new Map<string, ModelVersion>();
  let registryVersion = 0;
  let now = 0;
  const open = new Set<string>();
  const log: string[] = [];
  const asked: { bundleHash: string; signal: AbortSignal | undefined }[] = [];
  const problems: unknown[] = [];
  const broken = new Set<string>();
  const hanging = new Set<string>();
  let classify: (bundleHash: string) => Promise<number[]> = async () => [0.25, 0.75];
  let occlude = async (): Promise<OcclusionMap> => aMap;

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
    run: async (task, input, { signal } = {}) => {
      const { bundleHash } = input as { bundleHash: string };
      expect(open).toContain(bundleHash);
      if (task === 'occlude') return (await occlude()) as never;
      asked.push({ bundleHash, signal });
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
          getVersion: async (model: string, version: string) => {
            const named = versions.get(`${model}@${version}`);
            if (named) return named;
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
      cacheEntries: 0,
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
    versions,
    asked,
    news: async () => {
      registryVersion += 1;
      await service.refresh();
    },
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
    /** What the next maps are. */
    map: (next: typeof occlude) => {
      occlude = next;
    },
  };
}

const opened: PredictionService[] = [];
/** Ends after the test. */
export const world = (options?: Partial<PredictionOptions>) => {
  const made = aWorld(options);
  opened.push(made.service);
  return made;
};
afterEach(async () => {
  for (const service of opened.splice(0)) await service[Symbol.asyncDispose]();
});
