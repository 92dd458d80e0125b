/** @file The client against servers that answer, refuse, are busy, hang, and are something else altogether. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type ClientOptions, createClient } from './create-client.ts';
import { NoAnswerError, ProblemError } from './problem-error.ts';

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}

type Answer = (response: ServerResponse, seen: Seen) => void;

/** Gives the answers one after the other, the last one for ever. */
async function aServer(...answers: Answer[]): Promise<{ server: string; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { method, url, headers } = request;
      const asked = { method, url, headers, body: Buffer.concat(chunks).toString('latin1') };
      seen.push(asked);
      (answers[Math.min(seen.length, answers.length) - 1] as Answer)(response, asked);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { server: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (response) => {
    const isProblem = status >= 400;
    response.writeHead(status, {
      'content-type': isProblem ? 'application/problem+json' : 'application/json',
      ...headers,
    });
    response.end(JSON.stringify(body));
  };
const aProblem = (status: number, code: string) => ({
  type: `urn:tintype:error:${code}`,
  title: code,
  status,
  code,
  detail: `It is ${code}.`,
  hint: 'Do this.',
  request_id: 'req_1',
});
const busy = json(503, aProblem(503, 'OVERLOADED'), { 'retry-after': '0' });
const aPrediction = { prediction: 'cat', confidence: 0.9, error: null, model: 'pets', version: 1, request_id: 'r' };

const connect = (server: string, options: Partial<ClientOptions> = {}) => createClient({ server, ...options });

test('a picture is sent in a form, with token, question and name of the request', async () => {
  const { server, seen } = await aServer(json(200, aPrediction));
  const client = connect(`${server}/`, { token: 'secret' });

  const answer = await client.predict(Uint8Array.of(1, 2), { top: 1, model: undefined }, { requestId: 'mine' });

  expect(answer).toEqual(aPrediction);
  expect(seen[0]).toMatchObject({
    method: 'POST',
    url: '/predict?top=1',
    headers: { authorization: 'Bearer secret', 'x-request-id': 'mine' },
    body: expect.stringContaining('name="file"'),
  });
});

test('addresses, objects and batches are sent as what they are', async () => {
  const { server, seen } = await aServer(json(200, { predictions: [aPrediction] }));
  const client = connect(`${server}/behind/a/proxy`);

  await client.predict({ url: 'https://a.test/b.jpg' });
  await client.predict({ bucket: 'photos', key: 'in/a.jpg' });
  const batch = await client.predictBatch([{ name: 'a.jpg', bytes: new Blob(['x']) }]);

  expect(batch).toEqual([aPrediction]);
  expect(seen.map(({ url, body }) => [url, body.startsWith('{') ? JSON.parse(body) : 'form'])).toEqual([
    ['/behind/a/proxy/predict', { url: 'https://a.test/b.jpg' }],
    ['/behind/a/proxy/predict', { bucket: 'photos', key: 'in/a.jpg' }],
    ['/behind/a/proxy/predict-batch', 'form'],
  ]);
  expect(seen[1]?.headers['content-type']).toBe('application/json');
});

test('values in a path are encoded', async () => {
  const { server, seen } = await aServer(json(200, { items: [] }));

  await connect(server).call('listHistory', { path: { model: '../x y' } });

  expect(seen[0]?.url).toBe('/api/models/..%2Fx%20y/history');
});

test('a problem is thrown with its code, hint and request', async () => {
  const { server, seen } = await aServer(json(404, aProblem(404, 'MODEL_NOT_FOUND')));

  const asked = connect(server).call('listModels', {});

  await expect(asked).rejects.toBeInstanceOf(ProblemError);
  await expect(asked).rejects.toMatchObject({
    code: 'MODEL_NOT_FOUND',
    status: 404,
    message: 'It is MODEL_NOT_FOUND.',
    hint: 'Do this.',
    request_id: 'req_1',
  });
  expect(seen).toHaveLength(1);
});

test('a busy server is asked again, as often as is allowed', async () => {
  const patient = await aServer(busy, busy, json(200, aPrediction));
  const hopeless = await aServer(busy);

  const answer = await connect(patient.server).predict(new Blob(['x']));

  expect(answer.prediction).toBe('cat');
  const impatient = connect(hopeless.server, { retries: 1 });
  await expect(impatient.predict(new Blob(['x']))).rejects.toMatchObject({ code: 'OVERLOADED' });
  expect([patient.seen.length, hopeless.seen.length]).toEqual([3, 2]);
});

test('what changes something is asked again only where nothing was done', async () => {
  const overloaded = await aServer(busy);
  const limited = await aServer(
    json(429, aProblem(429, 'RATE_LIMITED'), { 'retry-after': '0' }),
    json(200, { changed: 1 }),
  );

  const request = { body: { ids: [] } };
  await expect(connect(overloaded.server).call('removeSamples', request)).rejects.toMatchObject({ code: 'OVERLOADED' });
  const changed = await connect(limited.server).call('removeSamples', request);

  expect(changed).toEqual({ changed: 1 });
  expect([overloaded.seen.length, limited.seen.length]).toEqual([1, 2]);
});

test('a server that wants to be left alone for long is left alone', async () => {
  const { server, seen } = await aServer(json(429, aProblem(429, 'RATE_LIMITED'), { 'retry-after': '3600' }));

  await expect(connect(server).predict(new Blob(['x']))).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  expect(seen).toHaveLength(1);
});

test('readiness is an answer, also where it is no', async () => {
  const no: Answer = (response) => {
    response.writeHead(503, { 'content-type': 'application/json' });
    response.end('{"status":"draining","detail":"It ends."}');
  };
  const { server } = await aServer(no);

  expect(await connect(server).call('getReadiness', {})).toEqual({ status: 'draining', detail: 'It ends.' });
});

test('no answer is one of three kinds', async () => {
  const silent = await aServer(() => undefined);
  const foreign = await aServer((response) => response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad'));
  const moved = await aServer((response) => response.writeHead(302, { location: 'http://evil.test/' }).end());

  const failures = await Promise.all(
    [
      connect('http://127.0.0.1:1').call('getHealth', {}),
      connect(silent.server, { timeoutMs: 100 }).call('getHealth', {}),
      connect(foreign.server).call('getHealth', {}),
      connect(moved.server, { token: 'secret' }).call('getHealth', {}),
    ].map((asked) => asked.catch((error: unknown) => error)),
  );

  expect(failures.every((failure) => failure instanceof NoAnswerError)).toBe(true);
  expect(failures.map((failure) => (failure as NoAnswerError).reason)).toEqual([
    'unreachable',
    'timeout',
    'foreign',
    'unreachable',
  ]);
  expect(JSON.stringify(failures.map(String))).not.toContain('secret');
});

test('an abort ends the question and the waiting', async () => {
  const silent = await aServer(() => undefined);
  const waiting = await aServer(json(429, aProblem(429, 'RATE_LIMITED'), { 'retry-after': '5' }));
  const stop = new AbortController();
  const asked = [silent, waiting].map(({ server }) =>
    connect(server)
      .predict(new Blob(['x']), {}, { signal: stop.signal })
      .catch((error: unknown) => error),
  );

  setTimeout(() => stop.abort(new Error('enough')), 200);

  expect(await Promise.all(asked)).toEqual([new Error('enough'), new Error('enough')]);
});
