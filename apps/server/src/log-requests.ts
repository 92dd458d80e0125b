/** @file One line for each request: who asked for what, how it ended, how long it took. Nothing of what was sent but its size. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

declare module 'fastify' {
  interface FastifyRequest {
    /** Code of the problem that the request is answered with. */
    problemCode: string | undefined;
  }
}

/** Of a request whose client left before its answer (nginx). */
const leftStatus = 499;

/** `POST /predict`, as it was declared: a path that a client made up has no route. */
export function routeOf({ is404, routeOptions }: FastifyRequest): string {
  return is404 || routeOptions.url === undefined ? 'none' : `${[routeOptions.method].flat()[0]} ${routeOptions.url}`;
}

const sizeOf = (header: unknown): number | undefined => (header === undefined ? undefined : Number(header));

/** Files of the page and probes come often and say little. */
function levelOf(request: FastifyRequest, status: number): 'debug' | 'info' | 'warn' {
  if (status >= 500) return 'warn';
  return request.routeOptions.config.policy === 'public' && status < 400 ? 'debug' : 'info';
}

interface End {
  status: number;
  /** Of whoever asked, where that is known. */
  identity: string | undefined;
}

function logEnd(request: FastifyRequest, reply: FastifyReply, { status, identity }: End): void {
  const { headers, problemCode } = request;
  request.log[levelOf(request, status)](
    {
      route: routeOf(request),
      status,
      durationMs: Math.round(reply.elapsedTime * 10) / 10,
      receivedBytes: sizeOf(headers['content-length']),
      sentBytes: sizeOf(reply.getHeader('content-length')),
      ...(problemCode === undefined ? {} : { code: problemCode }),
      ...(identity === undefined ? {} : { identity }),
    },
    'request',
  );
}

export interface RequestLogOptions {
  /** Name of whoever asked; undefined where nobody was asked who they are. */
  nameOf: (request: FastifyRequest) => string | undefined;
  /** Told of what was logged, once for each request. */
  also: (request: FastifyRequest, end: { status: number; durationMs: number }) => void;
}

export function logRequests(app: FastifyInstance, { nameOf, also }: RequestLogOptions): void {
  const ended = new WeakSet<FastifyRequest>();
  const end = (request: FastifyRequest, reply: FastifyReply, status: number): void => {
    if (ended.has(request)) return;
    ended.add(request);
    logEnd(request, reply, { status, identity: nameOf(request) });
    also(request, { status, durationMs: reply.elapsedTime });
  };
  app.decorateRequest('problemCode', undefined);
  app.addHook('onResponse', async (request, reply) => end(request, reply, reply.statusCode));
  // Its handler may take a while to notice.
  app.addHook('onRequest', async (request, reply) => {
    reply.raw.once('close', () => {
      if (!reply.raw.writableFinished) end(request, reply, leftStatus);
    });
  });
}
