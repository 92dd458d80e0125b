/** @file What the server may answer, and what the page makes of it: against a real server. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { request, toQuery } from './client.ts';
import { ProblemError } from './problem.ts';

const schema = z.object({ name: z.string() });

/** Asks a server that answers like this; resolves to the value or the problem's code. */
async function ask(listener: RequestListener, timeoutMs = 5000): Promise<unknown> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    return await request(schema, `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, { timeoutMs });
  } catch (error) {
    return error instanceof ProblemError ? `${error.problem.code} ${error.problem.status}` : error;
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const problem = { type: 'urn:x', title: 'T', status: 409, code: 'ALIAS_CONFLICT', detail: 'd', hint: 'h' };

test.each<[string, RequestListener, unknown]>([
  ['a value of the schema', (_, response) => response.end('{"name":"a","more":1}'), { name: 'a' }],
  ['problem details', (_, response) => response.writeHead(409).end(JSON.stringify(problem)), 'ALIAS_CONFLICT 409'],
  ['a value of another shape', (_, response) => response.end('{"name":1}'), 'ANSWER_UNREADABLE 200'],
  ['a page of a proxy', (_, response) => response.writeHead(502).end('<html>'), 'ANSWER_UNREADABLE 502'],
  ['a cut connection', (incoming) => incoming.socket.destroy(), 'SERVER_UNREACHABLE 0'],
  [
    'half an answer',
    (incoming, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('{"name":');
      setTimeout(() => incoming.socket.destroy(), 20);
    },
    'SERVER_UNREACHABLE 0',
  ],
])('%s is understood as what it is', async (_name, listener, expected) => {
  expect(await ask(listener)).toEqual(expected);
});

test('an answer that takes too long is a problem of its own', async () => {
  expect(await ask(() => {}, 50)).toBe('ANSWER_TIMED_OUT 0');
});

test('a request taken back is not a problem', async () => {
  const taken = request(schema, 'http://127.0.0.1:9/', { signal: AbortSignal.abort() });

  await expect(taken).rejects.toMatchObject({ name: 'AbortError' });
});

test('a query names only what is set, and the empty text is set', () => {
  expect(toQuery({ dataset: undefined, className: '', removed: false })).toBe('?className=&removed=false');
  expect(toQuery({})).toBe('');
});
