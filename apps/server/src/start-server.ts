/** @file Serves a workspace from this process: children first, since they take longest, then everything else beside them. */
import type { ChildPlan } from '@tintype/adapters/children/plan-children';
import type { Config, LogLevel } from '@tintype/contracts/config';
import { TintypeError } from '@tintype/contracts/errors';
import { parseGates } from '@tintype/contracts/gate';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import type { PredictionLog } from '@tintype/core/serve/prediction-log';
import type { PredictionService } from '@tintype/core/serve/prediction-service';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';
import { openLogDestination } from './log-destination.ts';
import { isLoopbackHost } from './loopback.ts';
import type { Metrics } from './metrics/create-metrics.ts';
import type { MetricsListener } from './metrics/serve-metrics.ts';

export interface StartServerOptions {
  /** The folder with tintype.yaml. */
  workspaceFolder: string;
  /** Default: the workspace's setting. On anything but this machine's own addresses everybody has to say who asks. */
  host?: string;
  /** Default: the workspace's setting; 0 takes a free one. */
  port?: number;
  /** Inference processes; default: the workspace's setting, else one per core. */
  children?: number;
  /** Also run a worker process on the queued jobs; default false. */
  withWorker?: boolean;
  /** After this long without a sign of life a job of that worker goes to the next; default 30,000. */
  leaseMs?: number;
  /** Built page; default: that of the web app's package. */
  webFolder?: string;
  /** Ends the server as `close` does. */
  signal?: AbortSignal;
  /** Least important lines that are logged; default: the workspace's setting. */
  logLevel?: LogLevel;
  /** Default: JSON lines on stderr. */
  logger?: FastifyBaseLogger;
  /** Called when the server listens, which may be before its model is loaded. */
  onReady?: (address: string) => void;
  /** Called with the sentence that holds the link for the first administrator, where one is needed; default: to stderr, never to the log. */
  onFirstAdmin?: (sentence: string) => void;
}

export interface RunningServer extends AsyncDisposable {
  /** `http://127.0.0.1:8080` */
  readonly address: string;
  /** Of /metrics, where the workspace's settings turn it on. */
  readonly metricsAddress: string | undefined;
  /** Resolves when the server has ended, whoever ended it. */
  readonly closed: Promise<void>;
  /** Takes no more requests, answers those it has, and ends the children. */
  close(): Promise<void>;
}

/** Below this process: children use every core, and it must still answer at once. */
const childNiceness = 5;
/** What the service lets in waits in the pool; it says itself when it is enough. */
const maxQueued = 100_000;
/** A picture that ends its child is tried once more, so it ends two. */
const mostSpares = 2;

/**
 * Resolves when the server listens and its champion, if there is one, is loaded.
 * Throws PORT_IN_USE, DETECTOR_MISSING, DETECTOR_INVALID or NEIGHBORS_MISSING where gates cannot be judged, or what keeps the workspace from being opened.
 */
export async function startServer(options: StartServerOptions): Promise<RunningServer> {
  const opened: (() => PromiseLike<unknown>)[] = [];
  const end = async (): Promise<void> => {
    for (const dispose of opened.splice(0).toReversed()) await dispose();
  };
  try {
    const parts = await openParts(options, opened);
    const { app, access, service, pool, host, port } = parts;
    opened.push(() => app.close());
    const address = await listen(app, { host, port });
    if (access.isRequired) {
      const { announceFirstAdmin } = await import('./announce-first-admin.ts');
      await announceFirstAdmin(access, { config: parts.config, address, announce: options.onFirstAdmin ?? writeLine });
    }
    if (!isLoopbackHost(host) && parts.config.serve.trustProxy.length === 0) parts.logger.warn(plainWarning);
    options.onReady?.(address);
    await service.refresh();
    pool.startAll();
    // Gates that cannot be judged must not be found out by pictures.
    if (isAboutGates(service.problem)) throw service.problem;
    if (options.withWorker) {
      const { startWorkerProcess } = await import('./start-worker-process.ts');
      const { workspaceFolder, leaseMs } = options;
      const chosen = leaseMs === undefined ? {} : { leaseMs };
      const worker = startWorkerProcess({ workspaceFolder, logger: parts.logger, ...chosen });
      opened.push(() => worker.close());
    }
    return runningServer({ address, metricsAddress: parts.metricsAddress }, end, options.signal);
  } catch (error) {
    await end();
    throw error;
  }
}

async function openParts(options: StartServerOptions, opened: (() => PromiseLike<unknown>)[]) {
  // Only what the children need to start; while they do, this process loads the rest.
  const [{ readConfig }, { openTaskPool }, { planChildren, readMachine }] = await Promise.all([
    import('@tintype/adapters/workspace/read-config'),
    import('@tintype/adapters/children/open-task-pool'),
    import('@tintype/adapters/children/plan-children'),
  ]);
  const config = await readConfig(options.workspaceFolder);
  const host = options.host ?? config.serve.host;

  const plan = planChildren(readMachine(), options.children ?? config.serve.children);
  const pool = await openTaskPool<PictureTasks>({
    tasks: '@tintype/core/model/picture-tasks',
    size: plan.size,
    memoryMb: plan.memoryMb,
    niceness: childNiceness,
    // It is ready sooner while the others do not start beside it.
    startWith: 1,
    spares: Math.min(mostSpares, plan.size),
    maxQueued,
  });
  opened.push(() => pool[Symbol.asyncDispose]());
  const parts = await openService(options, { config, plan, pool }, opened);
  const { workspace, service, logger } = parts;
  // The child loads the champion while this process loads the rest.
  const [
    { openPictureFetcher },
    { buildServer },
    { endConnectionsOnClose },
    { openBucketStores },
    { createBucketReader },
    { openPredictionLog },
    { openLabeling },
    { openTrainingEstimates },
  ] = await Promise.all([
    import('@tintype/adapters/fetch/open-picture-fetcher'),
    import('./build-server.ts'),
    import('./end-connections.ts'),
    import('@tintype/adapters/buckets/open-bucket-stores'),
    import('@tintype/core/serve/create-bucket-reader'),
    import('@tintype/core/serve/prediction-log'),
    import('./open-labeling.ts'),
    import('./open-training-estimates.ts'),
  ]);
  const { catalog, store, clock } = workspace;
  const fetcher = openPictureFetcher();
  opened.push(() => fetcher[Symbol.asyncDispose]());
  const predictionLog = openPredictionLog(
    { predictions: catalog.predictions, store, clock, random: Math.random },
    {
      ...config.serve.predictionLog,
      onProblem: (problem) =>
        logger.error({ err: problem }, 'Answers cannot be kept for review; they are given all the same.'),
    },
  );
  if (predictionLog) opened.push(() => predictionLog[Symbol.asyncDispose]());
  const metrics = await openMetrics(config.serve.metrics, { pool, service, predictionLog });
  if (metrics) opened.push(() => metrics.listener[Symbol.asyncDispose]());
  const stores = openBucketStores(config.buckets, { workspaceFolder: workspace.folder, s3: config.s3 });
  const labels = openLabeling(workspace);
  opened.push(() => labels[Symbol.asyncDispose]());
  const { app, access } = await buildServer({
    workspace,
    service,
    fetcher,
    labels,
    estimates: openTrainingEstimates(workspace),
    buckets: createBucketReader(config.buckets, stores),
    pool,
    logger,
    host,
    ...(metrics ? { metrics: metrics.metrics } : {}),
    ...(predictionLog ? { onAnswer: (answer) => predictionLog.offer(answer) } : {}),
    ...(options.webFolder === undefined ? {} : { webFolder: options.webFolder }),
  });
  endConnectionsOnClose(app);
  const port = options.port ?? config.serve.port;
  return { app, access, config, service, pool, logger, host, port, metricsAddress: metrics?.listener.address };
}

/** The workspace, and the service, which finds its champion at once. */
async function openService(
  options: StartServerOptions,
  { config, plan, pool }: { config: Config; plan: ChildPlan; pool: TaskPool<PictureTasks> },
  opened: (() => PromiseLike<unknown>)[],
) {
  const [{ openWorkspace }, { openPredictionService }, { DetectorShelf }, { detectorsOf }, { pino }] =
    await Promise.all([
      import('@tintype/adapters/workspace/open-workspace'),
      import('@tintype/core/serve/prediction-service'),
      import('@tintype/core/model/gates/detector-shelf'),
      import('@tintype/core/model/gates/resolve-detectors'),
      import('pino'),
    ]);
  const workspace = await openWorkspace({
    folder: options.workspaceFolder,
    needs: ['catalog', 'store', 'queue', 'hub'],
  });
  opened.push(() => workspace[Symbol.asyncDispose]());
  const logger: FastifyBaseLogger =
    options.logger ?? pino({ level: options.logLevel ?? config.serve.logLevel, base: null }, openLogDestination(pino));

  const { pictureMs, ...limits } = config.limits;
  const { catalog, store, clock } = workspace;
  const gates = parseGates(config.serve.gates);
  const detectors = new DetectorShelf(pool, detectorsOf(workspace));
  const held = await detectors.hold(gates);
  opened.push(() => held[Symbol.asyncDispose]());
  const service = openPredictionService(
    { catalog, store, pool, clock },
    {
      model: config.serve.model,
      limits,
      pictureMs,
      gates,
      detectors,
      threads: plan.threads,
      openModels: config.serve.openModels,
      queue: config.serve.queue,
      longestWaitMs: config.serve.waitMs,
      cacheEntries: config.serve.cache.entries,
      batch: config.serve.batch,
      onProblem: (problem) => {
        if (problem === undefined) logger.warn('The champion is served again.');
        else logger.error({ err: problem }, 'The champion cannot be served; what was served before goes on.');
      },
    },
  );
  opened.push(() => service[Symbol.asyncDispose]());
  return { workspace, service, logger };
}

const plainWarning =
  'Other machines reach this server without https: passwords and tokens can be read on the way. Put a proxy before it; see the guide of serving.';

const writeLine = (sentence: string): void => {
  process.stderr.write(`${sentence}\n`);
};

const isAboutGates = (error: Error | undefined): error is TintypeError =>
  error instanceof TintypeError && /^(DETECTOR_|NEIGHBORS_MISSING)/.test(error.code);

async function openMetrics(
  { port }: Config['serve']['metrics'],
  counted: { pool: TaskPool<PictureTasks>; service: PredictionService; predictionLog: PredictionLog | undefined },
): Promise<{ metrics: Metrics; listener: MetricsListener } | undefined> {
  if (port === null) return undefined;
  const [{ createMetrics }, { serveMetrics }] = await Promise.all([
    import('./metrics/create-metrics.ts'),
    import('./metrics/serve-metrics.ts'),
  ]);
  const { pool, service, predictionLog } = counted;
  const metrics = createMetrics({
    children: () => ({ size: pool.size, ...pool.stats() }),
    service: () => service.stats(),
    predictionLog: () => predictionLog?.stats() ?? { kept: 0, dropped: 0 },
  });
  return { metrics, listener: await serveMetrics(metrics, { port }) };
}

async function listen(app: FastifyInstance, { host, port }: { host: string; port: number }): Promise<string> {
  try {
    return await app.listen({ host, port });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE')
      throw new TintypeError('PORT_IN_USE', { port }, { cause: error });
    throw error;
  }
}

function runningServer(
  addresses: Pick<RunningServer, 'address' | 'metricsAddress'>,
  end: () => Promise<void>,
  signal: AbortSignal | undefined,
): RunningServer {
  let ending: Promise<void> | undefined;
  let settle: (ended: Promise<void>) => void = () => {};
  const closed = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const close = (): Promise<void> => {
    if (!ending) {
      ending = end();
      settle(ending);
    }
    return ending;
  };
  if (signal?.aborted) void close();
  else signal?.addEventListener('abort', () => void close(), { once: true });
  return { ...addresses, closed, close, [Symbol.asyncDispose]: close };
}
