/** @file The HTTP server of one workspace: guards first, then one file of routes per stage, then the page. */
import fastifyHelmet from '@fastify/helmet';
import fastifyMultipart from '@fastify/multipart';
import { TintypeError } from '@tintype/contracts/errors';
import type { LabelService } from '@tintype/core/label/label-service';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { BucketReader } from '@tintype/core/ports/bucket-reader';
import type { PictureFetcher } from '@tintype/core/ports/picture-fetcher';
import type { TaskPool } from '@tintype/core/ports/task-pool';
import type { Workspace } from '@tintype/core/ports/workspace';
import { createBucketReader } from '@tintype/core/serve/create-bucket-reader';
import type { PredictionService } from '@tintype/core/serve/prediction-service';
import Fastify, {
  type FastifyBaseLogger,
  type FastifyError,
  type FastifyInstance,
  LogController,
  type RouteOptions,
} from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import { guardBodies, guardRoutes } from './access.ts';
import { guardHosts } from './hosts.ts';
import { type Access, guardIdentity, isAccessRequired, openAccess } from './identify.ts';
import { logRequests, routeOf } from './log-requests.ts';
import { isLoopbackHost } from './loopback.ts';
import type { Metrics } from './metrics/create-metrics.ts';
import { registerOpenApi } from './open-api.ts';
import type { TrainingEstimates } from './open-training-estimates.ts';
import { renderRawProblem, sendProblem } from './problem.ts';
import { recordChanges } from './record-changes.ts';
import { refuseEarly } from './refuse-early.ts';
import { requestIdOf } from './request-id.ts';
import { accessRoutes } from './routes/access.ts';
import { backupRoutes } from './routes/backup.ts';
import { catalogRoutes } from './routes/catalog.ts';
import { curationRoutes } from './routes/curation.ts';
import { evaluateRoutes } from './routes/evaluate.ts';
import { exploreRoutes } from './routes/explore.ts';
import { healthRoutes } from './routes/health.ts';
import { jobRoutes } from './routes/jobs.ts';
import { labelRoutes } from './routes/label.ts';
import { peopleRoutes } from './routes/people.ts';
import { predictionRoutes } from './routes/predictions.ts';
import { registryRoutes } from './routes/registry.ts';
import { runRoutes } from './routes/runs.ts';
import { type GivenAnswer, picturePaths, serveRoutes } from './routes/serve.ts';
import { trainRoutes } from './routes/train.ts';
import { tuneRoutes } from './routes/tune.ts';
import { workspaceRoutes } from './routes/workspace.ts';
import { findWebFolder, registerWebApp } from './web-app.ts';

export interface ServerParts {
  workspace: Workspace;
  service: PredictionService;
  fetcher: PictureFetcher;
  labels: LabelService;
  estimates: TrainingEstimates;
  /** By default no bucket is read. */
  buckets?: BucketReader;
  /** Whose children classify; without it they are taken to be there. */
  pool?: Pick<TaskPool<PictureTasks>, 'run' | 'stats'>;
  /** By default nothing is counted. */
  metrics?: Metrics;
  /** Told of every answer that is given; must not throw. */
  onAnswer?: (answer: GivenAnswer) => void;
  /** Built page; by default that of the web app's package. */
  webFolder?: string;
  /** Address it will listen on, which decides whether it must know who asks; default: the workspace's setting. */
  host?: string;
  /** By default nothing is logged. */
  logger?: FastifyBaseLogger;
}

export interface BuiltServer {
  app: FastifyInstance;
  access: Access;
  /** Every route that answers, with its policy and schemas. */
  routes: readonly RouteOptions[];
}

const jsonLimitBytes = 2 ** 20;

/** What pages of this server may load; the style attributes and elements of the page's components are inline. */
const contentSecurityPolicy = {
  useDefaults: false,
  directives: {
    defaultSrc: ["'none'"],
    // The model in the browser is WebAssembly; this lets it be compiled, and no text be run as a script.
    scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
    workerSrc: ["'self'"],
    styleSrc: ["'self'", "'unsafe-inline'"],
    imgSrc: ["'self'", 'blob:', 'data:'],
    fontSrc: ["'self'"],
    connectSrc: ["'self'"],
    manifestSrc: ["'self'"],
    formAction: ["'self'"],
    frameAncestors: ["'none'"],
    baseUri: ["'none'"],
  },
};

const rawReasons: Readonly<Record<string, readonly [number, string, string]>> = {
  HPE_HEADER_OVERFLOW: [431, 'Request Header Fields Too Large', 'The headers are too large.'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'Request Timeout', 'The request did not arrive in time.'],
};

export async function buildServer(parts: ServerParts): Promise<BuiltServer> {
  const { workspace, service, fetcher, pool, metrics, webFolder, logger } = parts;
  const { buckets = createBucketReader({}, new Map()), host = workspace.config.serve.host } = parts;
  const { serve, limits } = workspace.config;
  const app = Fastify({
    ...(logger ? { loggerInstance: logger } : {}),
    logController: new LogController({ disableRequestLogging: true, requestIdLogLabel: 'requestId' }),
    genReqId: ({ headers }) => requestIdOf(headers),
    bodyLimit: jsonLimitBytes,
    requestTimeout: 60_000,
    connectionTimeout: 75_000,
    // Longer than proxies and load balancers keep idle connections (nginx and AWS 60 s): who ends first loses no request.
    keepAliveTimeout: 72_000,
    maxRequestsPerSocket: 1000,
    forceCloseConnections: 'idle',
    // Requests that come over connections which are open already are answered while the server ends.
    return503OnClosing: false,
    routerOptions: { maxParamLength: 200 },
    trustProxy: serve.trustProxy.length > 0 ? serve.trustProxy : false,
    onProtoPoisoning: 'error',
    onConstructorPoisoning: 'error',
    http: { headersTimeout: 10_000, maxHeaderSize: 16_384 },
    frameworkErrors: (error, request, reply) => {
      sendProblem(error, request, reply, { bodyLimitBytes: jsonLimitBytes });
    },
    clientErrorHandler(error, socket) {
      if (error.code === 'ECONNRESET' || !socket.writable) {
        socket.destroy();
        return;
      }
      const [status, reason, problem] = rawReasons[error.code ?? ''] ?? [
        400,
        'Bad Request',
        'The request is not valid HTTP.',
      ];
      socket.end(renderRawProblem(status, reason, new TintypeError('USAGE_INVALID', { problem }).toProblem()));
    },
  }).withTypeProvider<ZodTypeProvider>();

  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler<FastifyError>((error, request, reply) =>
    sendProblem(error, request, reply, { bodyLimitBytes: jsonLimitBytes }),
  );
  app.removeContentTypeParser('text/plain');
  let isDraining = false;
  app.addHook('preClose', async () => {
    isDraining = true;
  });
  const routes = guardRoutes(app);
  const access = openAccess(workspace, { isRequired: isAccessRequired(workspace.config, host) });
  logRequests(app, {
    nameOf: (request) => access.known(request)?.name,
    also: (request, { status, durationMs }) =>
      metrics?.countRequest({ route: routeOf(request), status, durationMs, code: request.problemCode }),
  });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id);
    reply.header('permissions-policy', 'camera=(self), microphone=(), geolocation=()');
    // Only https may say this (RFC 6797); this server speaks it by a proxy alone.
    if (request.protocol === 'https') reply.header('strict-transport-security', 'max-age=31536000');
    if (request.url.startsWith('/api/') || /^\/(?:health|predict|get-prediction)/.test(request.url)) {
      reply.header('cache-control', 'no-store');
    }
  });
  await app.register(fastifyHelmet, {
    contentSecurityPolicy,
    crossOriginResourcePolicy: { policy: 'same-origin' },
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
  });
  guardHosts(app, { hosts: serve.hosts, origins: serve.origins, isExposed: !isLoopbackHost(host) });
  guardIdentity(app, access, serve.rate);
  guardBodies(app);
  recordChanges(app, access);
  await app.register(fastifyMultipart, { throwFileSizeLimit: false });
  await registerOpenApi(app);
  const readyChildren = (): number => pool?.stats().ready ?? Number.POSITIVE_INFINITY;
  await app.register(healthRoutes, { service, readyChildren, isDraining: () => isDraining });
  const onAnswer = (answer: GivenAnswer): void => {
    metrics?.countAnswer(answer.prediction);
    parts.onAnswer?.(answer);
  };
  const { catalog } = workspace;
  await app.register(serveRoutes, { service, fetcher, buckets, limits, catalog, onAnswer });
  await app.register(predictionRoutes, { workspace });
  await app.register(workspaceRoutes, { workspace, service });
  await app.register(catalogRoutes, { workspace, pool });
  await app.register(curationRoutes, { workspace, labels: parts.labels });
  await app.register(labelRoutes, { workspace, labels: parts.labels });
  await app.register(peopleRoutes, { workspace });
  await app.register(exploreRoutes, { workspace });
  await app.register(registryRoutes, { workspace, service });
  await app.register(evaluateRoutes, { workspace });
  await app.register(runRoutes, { workspace, access });
  await app.register(trainRoutes, { workspace, estimates: parts.estimates });
  await app.register(tuneRoutes, { workspace });
  await app.register(jobRoutes, { workspace });
  await app.register(backupRoutes, { workspace });
  await app.register(accessRoutes, { access });
  await registerWebApp(app, webFolder ?? findWebFolder());
  refuseEarly(app, { paths: picturePaths, refuse: () => service.refuse() });
  return { app: app as unknown as FastifyInstance, access, routes };
}
