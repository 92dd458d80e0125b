/** @file For tests: a real server on a free port over a real workspace with pictures and models; its children answer as told. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBucketStores } from '@tintype/adapters/buckets/open-bucket-stores';
import { initWorkspace } from '@tintype/adapters/workspace/init-workspace';
import { openWorkspace } from '@tintype/adapters/workspace/open-workspace';
import type { Buckets } from '@tintype/contracts/buckets';
import type { Config } from '@tintype/contracts/config';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureFormat } from '@tintype/contracts/picture';
import type { ModelVersion } from '@tintype/contracts/registry';
import type { LabelService } from '@tintype/core/label/label-service';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import { inProcessPool } from '@tintype/core/model/testing';
import type { IngestRow, NewVersion } from '@tintype/core/ports/catalog';
import { objectKeys } from '@tintype/core/ports/object-store';
import type { PictureFetcher } from '@tintype/core/ports/picture-fetcher';
import type { Workspace } from '@tintype/core/ports/workspace';
import { createBucketReader } from '@tintype/core/serve/create-bucket-reader';
import { openPredictionService, type PredictionService } from '@tintype/core/serve/prediction-service';
import type { FastifyBaseLogger, FastifyInstance, RouteOptions } from 'fastify';
import { buildServer } from '../build-server.ts';
import type { Access } from '../identify.ts';
import type { Metrics } from '../metrics/create-metrics.ts';
import type { TrainingEstimates } from '../open-training-estimates.ts';
import type { GivenAnswer } from '../routes/serve.ts';

export const testClasses = ['cat', 'dog'];

export interface TestServer {
  address: string;
  app: FastifyInstance;
  access: Access;
  routes: readonly RouteOptions[];
  workspace: Workspace;
  service: PredictionService;
  /** What `classify` does with the bytes from now on. */
  answer(classify: (bytes: Uint8Array) => Promise<number[]>): void;
  /** What is found at an address from now on; nothing is by default. */
  serveAddress(fetch: PictureFetcher['fetch']): void;
  /** Asks once the server has begun to end and still takes connections. */
  whileClosing<T>(ask: () => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

export interface TestServerOptions {
  webFolder?: string;
  logger?: FastifyBaseLogger;
  /** Encoded bytes of one picture; default 1 MiB. */
  limitBytes?: number;
  /** Buckets by name, as in the settings; stores are relative to the workspace. */
  buckets?: Buckets;
  /** By default labeling has no pictures. */
  openLabels?: (workspace: Workspace) => LabelService;
  /** By default nothing is measured. */
  estimates?: TrainingEstimates;
  metrics?: Metrics;
  onAnswer?: (answer: GivenAnswer) => void;
  /** Children that take work; default 2. */
  readyChildren?: () => number;
  /** Changes settings before the server is built. */
  configure?: (config: Config) => void;
  /** What the server takes itself to listen on; it listens on 127.0.0.1 whatever this says. */
  host?: string;
}

const noEstimates: TrainingEstimates = {
  estimate: () => Promise.reject(new TintypeError('OVERLOADED', { retryAfterS: 1 })),
};

const nothingToLabel = (): Promise<never> => Promise.reject(new TintypeError('DATASET_EMPTY', { dataset: 'default' }));
export const noLabels: LabelService = {
  next: nothingToLabel,
  grids: nothingToLabel,
  clusters: nothingToLabel,
  suggest: nothingToLabel,
  suspects: nothingToLabel,
  alike: nothingToLabel,
  forecast: nothingToLabel,
  [Symbol.asyncDispose]: async () => undefined,
};

export async function aServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-server-'));
  const workspace = await openWorkspace({ folder: await initWorkspace(folder), needs: ['catalog', 'store', 'queue'] });
  workspace.config.limits.bytes = options.limitBytes ?? 2 ** 20;
  options.configure?.(workspace.config);
  let classify = async (_bytes: Uint8Array): Promise<number[]> => [0.25, 0.75];
  const pool = inProcessPool<PictureTasks>({
    openBundle: async () => ({ classes: testClasses }) as never,
    closeBundle: async () => null,
    classify: async ({ bytes }) => {
      const probabilities = Float32Array.from(await classify(bytes));
      return { probabilities, logits: probabilities };
    },
    shrink: async ({ sizePx }) => Buffer.from(`a JPEG of ${sizePx}`),
    occlude: async () => ({
      classIndex: 1,
      rows: 2,
      columns: 2,
      region: { left: 0, top: 0, width: 1, height: 1 },
      drops: Float32Array.of(0.5, 0.25, 0, -0.25),
    }),
  });
  const { catalog, store, clock } = workspace;
  const service = openPredictionService(
    { catalog, store, pool, clock },
    // Tests send one picture again and again, and change what is answered.
    { limits: workspace.config.limits, pictureMs: 5000, pollMs: 20, cacheEntries: 0 },
  );
  let fetch: PictureFetcher['fetch'] = () =>
    Promise.reject(new TintypeError('URL_REFUSED', { reason: 'it is a test' }));
  const { buckets = {} } = options;
  const { app, access, routes } = await buildServer({
    workspace,
    service,
    fetcher: { fetch: (url, how) => fetch(url, how), [Symbol.asyncDispose]: async () => undefined },
    labels: options.openLabels?.(workspace) ?? noLabels,
    estimates: options.estimates ?? noEstimates,
    buckets: createBucketReader(
      buckets,
      openBucketStores(buckets, { workspaceFolder: folder, s3: workspace.config.s3 }),
    ),
    pool: {
      run: (...call) => pool.run(...call),
      stats: () => ({ ...pool.stats(), ready: options.readyChildren?.() ?? 2 }),
    },
    webFolder: options.webFolder ?? join(folder, 'no-page'),
    ...(options.host ? { host: options.host } : {}),
    ...(options.logger ? { logger: options.logger } : {}),
    ...(options.metrics ? { metrics: options.metrics } : {}),
    ...(options.onAnswer ? { onAnswer: options.onAnswer } : {}),
  });
  let askWhileClosing: (() => Promise<void>) | undefined;
  app.addHook('preClose', async () => askWhileClosing?.());
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    address,
    app,
    access,
    routes,
    workspace,
    service,
    answer: (next) => {
      classify = next;
    },
    serveAddress: (next) => {
      fetch = next;
    },
    async whileClosing(ask) {
      return new Promise((resolve, reject) => {
        askWhileClosing = () => ask().then(resolve, reject);
        app.close().catch(reject);
      });
    },
    async close() {
      await app.close();
      await service[Symbol.asyncDispose]();
      await workspace[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Registers a version without a bundle behind it and makes it the champion. */
export function aPublishedVersion(workspace: Workspace, bundle = 'bundle-1'): Promise<ModelVersion> {
  const version: NewVersion = {
    model: 'pets',
    bundleHash: sha256(bundle),
    run: 'run_1',
    snapshot: 'snap_0123456789abcdef',
    classes: testClasses,
    backbone: { kind: 'histograms', name: 'histograms', dimensions: 8 },
    head: 'logistic',
    sizeBytes: 1000,
    accuracy: 0.9,
    accuracyInterval: [0.8, 0.95],
    balancedAccuracy: 0.9,
    macroF1: 0.9,
    createdAt: workspace.clock.now(),
  };
  const evaluation = {
    id: workspace.clock.newId('eval'),
    on: 'snap_0123456789abcdef/test',
    samples: 10,
    accuracy: 0.9,
    accuracyInterval: [0.6, 0.98] as [number, number],
    balancedAccuracy: 0.9,
    macroF1: 0.9,
    classes: testClasses.map((className) => ({ className, support: 5, precision: 0.9, recall: 0.9, f1: 0.9 })),
    confusion: [
      [5, 0],
      [1, 4],
    ],
    calibration: { before: 0.1, after: 0.05, temperature: 1.2 },
    mistakes: [],
    durationMs: 5,
    at: workspace.clock.now(),
  };
  return workspace.catalog.registry.publish(version, { evaluation, alias: 'champion', by: 'test' });
}

/** Stores bytes as an ingested picture and returns the sample's id. */
export async function anIngestedPicture(
  workspace: Workspace,
  {
    bytes,
    path,
    className = null,
    format = 'png',
  }: { bytes: Uint8Array; path: string; className?: string | null; format?: PictureFormat },
): Promise<string> {
  const contentHash = sha256(bytes);
  const id = `s_${contentHash.slice(0, 20)}`;
  await workspace.store.put(objectKeys.source(contentHash), bytes);
  await workspace.store.put(objectKeys.thumbnail(contentHash), Buffer.from(`thumbnail of ${path}`));
  const row: IngestRow = {
    origin: { location: '/pictures', path, sizeBytes: bytes.length, modifiedAt: 1 },
    sample: {
      id,
      contentHash,
      path,
      format,
      widthPx: 2,
      heightPx: 2,
      sizeBytes: bytes.length,
      perceptualHash: contentHash.slice(0, 16),
    },
    className,
    labelSource: 'folder',
  };
  await workspace.catalog.samples.recordIngest('default', [row], { annotator: 'test', at: workspace.clock.now() });
  return id;
}

const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex');
