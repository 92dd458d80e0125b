/** @file A client of a Tintype server, in Node and in browsers: typed questions, typed answers, typed problems, patient where it is safe. */
import { type OperationId, type OperationRoute, type Operations, operations } from './generated/api.ts';
import { NoAnswerError, ProblemError, readProblem } from './problem-error.ts';

export interface ClientOptions {
  /** `http://127.0.0.1:8080`; a path before the server's own is kept. */
  server: string;
  /** API token, sent as `Authorization: Bearer`. */
  token?: string | undefined;
  /** Time for one attempt, its answer included; default 30,000. */
  timeoutMs?: number | undefined;
  /** How often a question is asked again when the server says that it is busy; default 2. */
  retries?: number | undefined;
  /** Default: the platform's. */
  fetch?: typeof fetch | undefined;
}

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** Names the request in answer and log. */
  requestId?: string | undefined;
}

export type Prediction = Operations['getPrediction']['reply'];
export type BatchPrediction = Operations['predictBatch']['reply']['predictions'][number];
export type PredictQuery = NonNullable<Operations['getPrediction']['request']['query']>;
/** Bytes, an address on the public internet, or an object in a bucket that the server may read. */
export type Picture = Blob | Uint8Array | { url: string } | { bucket: string; key: string };

export interface Client {
  /** Any operation of the API. Throws ProblemError, NoAnswerError, or what the signal was aborted with. */
  call<K extends OperationId>(
    operation: K,
    request: Operations[K]['request'],
    options?: CallOptions,
  ): Promise<Operations[K]['reply']>;
  /** A refused picture is an answer too: `prediction` is null and `error` says why. */
  predict(picture: Picture, query?: PredictQuery, options?: CallOptions): Promise<Prediction>;
  /** In the order of the pictures; a bad one spoils no other. */
  predictBatch(
    pictures: readonly { name: string; bytes: Blob | Uint8Array }[],
    query?: PredictQuery,
    options?: CallOptions,
  ): Promise<BatchPrediction[]>;
}

type Value = string | number | boolean;

interface AnyRequest {
  path?: Record<string, Value>;
  query?: Record<string, Value | undefined>;
  body?: unknown;
}

interface Attempt {
  route: OperationRoute;
  url: string;
  init: RequestInit;
}

/** A server that wants more patience than this is not waited for. */
const longestWaitMs = 10_000;
const firstWaitMs = 500;

const toBlob = (bytes: Blob | Uint8Array): Blob => (bytes instanceof Blob ? bytes : new Blob([Uint8Array.from(bytes)]));

export function createClient(options: ClientOptions): Client {
  const { retries = 2 } = options;
  const call = async (operation: OperationId, request: AnyRequest, how: CallOptions = {}): Promise<unknown> => {
    const attempt = toAttempt(operation, request, { ...options, ...how });
    for (let tried = 0; ; tried += 1) {
      const response = await ask(attempt, options, how.signal);
      const waitMs = tried < retries ? waitBeforeRetry(response, attempt.route, tried) : undefined;
      if (waitMs === undefined) return readReply(response, options.server);
      await response.body?.cancel();
      await pause(waitMs, how.signal);
    }
  };
  return {
    call: call as Client['call'],
    predict(picture, query = {}, how = {}) {
      const isBytes = picture instanceof Blob || picture instanceof Uint8Array;
      const body = isBytes ? toForm('file', [{ name: 'picture', bytes: picture }]) : picture;
      return call('predict', { query, body }, how) as Promise<Prediction>;
    },
    async predictBatch(pictures, query = {}, how = {}) {
      const reply = await call('predictBatch', { query, body: toForm('files', pictures) }, how);
      return (reply as Operations['predictBatch']['reply']).predictions;
    },
  };
}

function toForm(field: string, pictures: readonly { name: string; bytes: Blob | Uint8Array }[]): FormData {
  const form = new FormData();
  for (const { name, bytes } of pictures) form.append(field, toBlob(bytes), name);
  return form;
}

function toAttempt(operation: OperationId, request: AnyRequest, how: ClientOptions & CallOptions): Attempt {
  const route = operations[operation];
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(request.path?.[name])));
  const query = new URLSearchParams(
    Object.entries(request.query ?? {}).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  ).toString();
  const { body } = request;
  // The platform states the type of a form with its boundary.
  const isSentAsIs = body instanceof FormData || body instanceof Blob;
  const headers = {
    accept: 'application/json, application/problem+json, */*;q=0.1',
    ...(how.token === undefined ? {} : { authorization: `Bearer ${how.token}` }),
    ...(how.requestId === undefined ? {} : { 'x-request-id': how.requestId }),
    ...(body === undefined || isSentAsIs ? {} : { 'content-type': 'application/json' }),
    ...(body instanceof Blob && body.type === '' ? { 'content-type': 'image/*' } : {}),
  };
  const sent = body === undefined ? {} : { body: isSentAsIs ? body : JSON.stringify(body) };
  return {
    route,
    url: `${how.server.replace(/\/+$/, '')}${path}${query === '' ? '' : `?${query}`}`,
    init: { method: route.method, headers, redirect: 'error', ...sent },
  };
}

async function ask({ url, init }: Attempt, options: ClientOptions, signal: AbortSignal | undefined): Promise<Response> {
  const { server, timeoutMs = 30_000, fetch: send = globalThis.fetch } = options;
  const timeout = AbortSignal.timeout(timeoutMs);
  try {
    return await send(url, { ...init, signal: signal ? AbortSignal.any([signal, timeout]) : timeout });
  } catch (cause) {
    signal?.throwIfAborted();
    if (timeout.aborted)
      throw new NoAnswerError('timeout', `${server} did not answer within ${timeoutMs / 1000} s.`, { cause });
    throw new NoAnswerError('unreachable', `${server} cannot be reached.`, { cause });
  }
}

/**
 * Undefined where it is not asked again. 429 says that nothing was done; 503 with Retry-After that the server is busy, which is taken as an
 * invitation only where asking twice does what asking once does.
 */
function waitBeforeRetry(response: Response, { isRepeatable }: OperationRoute, tried: number): number | undefined {
  const stated = response.headers.get('retry-after');
  const isBusy = response.status === 503 && stated !== null && isRepeatable;
  if (response.status !== 429 && !isBusy) return undefined;
  const seconds = Number(stated ?? Number.NaN);
  const waitMs = Number.isFinite(seconds) ? seconds * 1000 : firstWaitMs * 2 ** tried;
  return waitMs <= longestWaitMs ? waitMs : undefined;
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    }, ms);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** JSON as a value, anything else as the response itself. */
async function readReply(response: Response, server: string): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  if (type.startsWith('application/json')) {
    return response.json().catch((cause: unknown) => {
      throw new NoAnswerError('foreign', `${server} answered with JSON that is none.`, { cause });
    });
  }
  if (response.ok) return response.status === 204 ? undefined : response;
  const problem = await readProblem(response);
  if (problem) throw new ProblemError(problem);
  throw new NoAnswerError('foreign', `${server} answered ${response.status}, and not as a Tintype server does.`);
}
