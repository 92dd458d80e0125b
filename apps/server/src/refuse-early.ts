/** @file Refusals that cost next to nothing: where there is no room for a picture, its request is answered before anything is made of it. */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { TintypeError } from '@tintype/contracts/errors';
import type { FastifyInstance } from 'fastify';
import { problemMediaType } from './problem.ts';
import { requestIdOf } from './request-id.ts';

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
    // Where the server ends, so does the connection.
    reply.shouldKeepAlive &&= server.listening;
    sendRefusal(reply, { retryAfterS, requestId: requestIdOf(request.headers) });
    noticed();
  });
}

interface Refusal {
  retryAfterS: number;
  requestId: string;
}

/** What is left of the request flows into nothing, and the connection stays for the next one. Text with its head is one write. */
function sendRefusal(reply: ServerResponse, { retryAfterS, requestId }: Refusal): void {
  const body = `${problemStart(retryAfterS)},"request_id":"${requestId}"}`;
  reply.writeHead(503, [
    'content-type',
    problemMediaType,
    'content-length',
    String(body.length),
    'cache-control',
    'no-store',
    'retry-after',
    String(retryAfterS),
    'x-content-type-options',
    'nosniff',
    'x-request-id',
    requestId,
  ]);
  reply.end(body);
}

/** The problem as JSON but for its end; there are as many as there are seconds to wait. */
const problemStarts = new Map<number, string>();

function problemStart(retryAfterS: number): string {
  let start = problemStarts.get(retryAfterS);
  if (start === undefined) {
    start = JSON.stringify(new TintypeError('OVERLOADED', { retryAfterS }).toProblem()).slice(0, -1);
    problemStarts.set(retryAfterS, start);
  }
  return start;
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
