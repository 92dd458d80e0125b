/** @file Failures as problem details: nothing inside shows, everything a caller needs does. */
import { connect } from 'node:net';
import { problemSchema } from '@tintype/contracts/api';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { aServer, type TestServer } from './testing/a-server.ts';
import { ask, askJson } from './testing/ask.ts';

const lines: string[] = [];
let server: TestServer;
beforeAll(async () => {
  server = await aServer({ logger: pino({}, { write: (line: string) => void lines.push(line) }) });
});
afterAll(() => server.close());

const anId = 's_00000000000000000000';

test.each([
  { what: 'an unknown address', path: '/api/nothing', code: 'ROUTE_NOT_FOUND', status: 404 },
  { what: 'an unknown method', path: '/api/samples', method: 'DELETE', code: 'ROUTE_NOT_FOUND', status: 404 },
  { what: 'an unknown file', path: '/assets/nothing.js', code: 'ROUTE_NOT_FOUND', status: 404 },
  { what: 'a way out of the page folder', path: '/..%2f..%2fetc%2fpasswd', code: 'ROUTE_NOT_FOUND', status: 404 },
  { what: 'an unknown sample', path: `/api/samples/${anId}`, code: 'SAMPLE_NOT_FOUND', status: 404 },
  { what: 'a malformed sample id', path: '/api/samples/..%2f..%2fx', code: 'VALIDATION_FAILED', status: 400 },
  { what: 'an unknown model', path: '/api/models/nothing/history', code: 'MODEL_NONE_YET', status: 404 },
  { what: 'an unknown job', path: '/api/jobs/job_0', code: 'JOB_NOT_FOUND', status: 404 },
  { what: 'a malformed address', path: '/%E0%A4%A', code: 'USAGE_INVALID', status: 400 },
  { what: 'an endless address part', path: `/api/samples/${'x'.repeat(300)}`, code: 'ROUTE_NOT_FOUND', status: 404 },
  { what: 'a bad query', path: '/api/samples?limit=0&split=none', code: 'VALIDATION_FAILED', status: 400 },
  { what: 'a repeated query', path: '/api/samples?limit=1&limit=2', code: 'VALIDATION_FAILED', status: 400 },
])('$what is answered with $code', async ({ path, method, code, status }) => {
  const reply = await ask(server.address, path, method ? { method } : {});

  expect(reply.headers['content-type']).toBe('application/problem+json');
  const problem = problemSchema.parse(reply.json());
  expect(problem).toMatchObject({ code, status, request_id: reply.headers['x-request-id'] });
  expect(reply.status).toBe(status);
});

test.each([
  { what: 'broken JSON', body: '{', code: 'USAGE_INVALID', status: 400 },
  { what: 'no body', body: '', code: 'USAGE_INVALID', status: 400 },
  { what: 'a prototype key', body: '{"ids":[],"__proto__":{}}', code: 'USAGE_INVALID', status: 400 },
  { what: 'a constructor key', body: '{"constructor":{"prototype":{}}}', code: 'USAGE_INVALID', status: 400 },
  { what: 'a list instead of an object', body: '[]', code: 'VALIDATION_FAILED', status: 400 },
  { what: 'a megabyte too much', body: `{"ids":["${'x'.repeat(2 ** 20)}"]}`, code: 'BODY_TOO_LARGE', status: 413 },
])('a JSON body with $what is answered with $code', async ({ body, code, status }) => {
  const reply = await askJson(server.address, '/api/samples/remove', body);

  expect(reply.status).toBe(status);
  expect(problemSchema.parse(reply.json()).code).toBe(code);
});

test('a body without end and of another type, where none is expected, is refused as such', async () => {
  const headers = { 'content-type': 'image/png', 'transfer-encoding': 'chunked' };
  const replies = [
    await ask(server.address, '/api/jobs/job_0/cancel', { method: 'POST', headers, body: 'x' }),
    await ask(server.address, '/api/jobs/job_0/cancel', { method: 'POST', headers: { 'content-type': 'image/png' } }),
  ];

  expect(replies.map((reply) => [reply.status, reply.json().code])).toEqual([
    [415, 'MEDIA_TYPE_UNSUPPORTED'],
    [415, 'MEDIA_TYPE_UNSUPPORTED'],
  ]);
});

test('a body that fails its schema names each wrong value', async () => {
  const reply = await askJson(server.address, '/api/samples/remove', { ids: [anId, 'nothing'] });

  expect(reply.json().errors).toEqual([{ pointer: '/ids/1', message: expect.stringContaining('must be a sample id') }]);
});

test('a query that fails its schema names each wrong value', async () => {
  const reply = await ask(server.address, '/api/samples?limit=0&split=none');

  expect((reply.json().errors as { pointer: string }[]).map((error) => error.pointer).toSorted()).toEqual([
    'query/limit',
    'query/split',
  ]);
});

test('an unexpected error keeps its text to the log, under the id it gives the caller', async () => {
  await server.workspace.catalog[Symbol.asyncDispose]();

  const reply = await ask(server.address, '/api/models');

  expect(reply.status).toBe(500);
  expect(['INTERNAL', 'STORAGE_FAILED']).toContain(reply.json().code);
  expect(reply.text).not.toMatch(/sqlite|driver|at .*\.ts/i);
  const id = String(reply.headers['x-request-id']);
  expect(lines.some((line) => line.includes(id) && /driver|destroyed|not open/i.test(line))).toBe(true);
});

test('bytes that are not HTTP are answered and hung up on', async () => {
  const { hostname, port } = new URL(server.address);
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => socket.write('NOT HTTP\r\n\r\n'));
    let received = '';
    socket.on('data', (chunk) => {
      received += chunk.toString();
    });
    socket.on('close', () => resolve(received));
    socket.on('error', reject);
  });

  expect(text).toMatch(/^HTTP\/1\.1 400 /);
  expect(text).toContain('application/problem+json');
});

test('headers without end are refused', async () => {
  const reply = await ask(server.address, '/health', { headers: { 'x-long': 'x'.repeat(20_000) } });

  expect(reply.status).toBe(431);
  expect(reply.json()).toMatchObject({ code: 'USAGE_INVALID', status: 431 });
});
