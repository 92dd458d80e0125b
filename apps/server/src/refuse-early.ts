/** @file Refusals that cost next to nothing: where there is no room for a picture, its request is answered before anything is made of it. */
import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TintypeError } from '@tintype/contracts/errors';
import type { FastifyInstance } from 'fastify';
import { problemMediaType } from './problem.ts';

export interface EarlyRefusal {
  /** Requests that bring pictures, without their query. */
  paths: readonly string[];
  /** Seconds after which to come again; undefined where there is room. */
  refuse: () => number | undefined;
}

const logEveryMs = 10_000;
const querySign = /[?;]/;

/** Call before the server listens. Who asks is not looked at: a refusal says nothing, and costs the same for everybody. */
export function refuseEarly(app: FastifyInstance, { paths, refuse }: EarlyRefusal): void {
  const server = app.server;
  const answer = server.listeners('request').slice() as ((request: IncomingMessage, reply: ServerResponse) => void)[];
  const noticed = noticer(app);
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, reply: ServerResponse) => {
    const isPicture = request.method === 'POST' && paths.includes(request.url?.split(querySign, 1)[0] ?? '');
    const retryAfterS = isPicture ? refuse() : undefined;
    if (retryAfterS === undefined) {
      for (const each of answer) each(request, reply);
      return;
    }
    sendRefusal(reply, retryAfterS);
    noticed();
  });
}

/** What is left of the request flows into nothing, and the connection stays for the next one. */
function sendRefusal(reply: ServerResponse, retryAfterS: number): void {
  const requestId = `req_${randomBytes(10).toString('hex')}`;
  const problem = new TintypeError('OVERLOADED', { retryAfterS }).toProblem();
  const body = JSON.stringify({ ...problem, request_id: requestId });
  reply.writeHead(503, {
    'content-type': problemMediaType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    'retry-after': String(retryAfterS),
    'x-content-type-options': 'nosniff',
    'x-request-id': requestId,
  });
  reply.end(body);
}

/** A line for each would be a second flood. */
function noticer(app: FastifyInstance): () => void {
  let refused = 0;
  let timer: NodeJS.Timeout | undefined;
  return () => {
    refused += 1;
    timer ??= setTimeout(() => {
      app.log.warn({ refused }, 'More pictures came than can be answered in time; these were refused.');
      refused = 0;
      timer = undefined;
    }, logEveryMs).unref();
  };
}
