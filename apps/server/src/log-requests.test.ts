/** @file The log: one line a request with what is needed to find it again, and none of the secrets that pass through. */
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { TintypeError } from '@tintype/contracts/errors';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { aPublishedVersion, aServer, type TestServer } from './testing/a-server.ts';
import { ask, askJson, askPrediction, type Reply } from './testing/ask.ts';

type Line = Record<string, unknown>;

let server: TestServer;
let written = '';
const lines = (): Line[] =>
  written
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Line);
const requests = (): Line[] => lines().filter(({ msg }) => msg === 'request');

beforeAll(async () => {
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      written += chunk.toString();
      done();
    },
  });
  server = await aServer({
    logger: pino({ level: 'debug', base: null }, sink),
    buckets: { photos: { store: 'file:photos', prefixes: ['in/'] } },
  });
  await aPublishedVersion(server.workspace);
  await server.service.refresh();
});
beforeEach(() => {
  written = '';
  server.answer(async () => [0.25, 0.75]);
});
afterAll(() => server.close());

test('a request has one line: name, route, status, time and bytes', async () => {
  const reply = await askPrediction(server.address, new Uint8Array(1000));
  await vi.waitFor(() => expect(requests()).toHaveLength(1));

  expect(requests()[0]).toMatchObject({
    level: 30,
    requestId: reply.headers['x-request-id'],
    route: 'POST /predict',
    status: 200,
    identity: 'local',
    durationMs: expect.any(Number),
    receivedBytes: expect.any(Number),
    sentBytes: Buffer.byteLength(reply.text),
  });
  expect(lines().filter(({ level }) => level !== 20)).toHaveLength(1);
});

test('a name that the client gives is the name in line and answer', async () => {
  const reply = await ask(server.address, '/health', { headers: { 'x-request-id': 'order-7' } });
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  await ask(server.address, '/health', { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
  await vi.waitFor(() => expect(requests()).toHaveLength(2));

  expect(reply.headers['x-request-id']).toBe('order-7');
  expect(requests().map(({ requestId }) => requestId)).toEqual(['order-7', trace]);
});

test('probes and files are debug, problems say their code, and an address that nobody answers has no route', async () => {
  await ask(server.address, '/health/live');
  await ask(server.address, '/no/such/place');
  await askPrediction(server.address, new Uint8Array(2 ** 21));
  await vi.waitFor(() => expect(requests()).toHaveLength(3));

  expect(requests()).toMatchObject([
    { level: 20, route: 'GET /health/live', status: 200 },
    { level: 30, route: 'none', status: 404, code: 'ROUTE_NOT_FOUND' },
    { level: 30, route: 'POST /predict', status: 413, code: 'IMAGE_TOO_LARGE' },
  ]);
});

test('a client that leaves before its answer has one line too', async () => {
  let release = (): void => undefined;
  const asked = new Promise<void>((resolve) => {
    server.answer(async () => {
      resolve();
      await new Promise<void>((go) => {
        release = go;
      });
      return [0.5, 0.5];
    });
  });
  const { hostname, port, host } = new URL(server.address);
  const socket = connect(Number(port), hostname);
  socket.write(`POST /predict HTTP/1.1\r\nhost: ${host}\r\ncontent-type: image/png\r\ncontent-length: 3\r\n\r\nabc`);
  await asked;
  socket.destroy();

  await vi.waitFor(() => expect(requests()).toHaveLength(1));
  release();
  await new Promise((resolve) => setTimeout(resolve, 50));

  expect(requests()).toMatchObject([{ route: 'POST /predict', status: 499 }]);
});

/** What must never be written or answered, wherever it was put. */
const canary = 'C4N4RYdeadbeef';

/** A raw request, as no client library would send it. */
function send(text: string): Promise<string> {
  const { hostname, port } = new URL(server.address);
  return new Promise((resolve) => {
    let answer = '';
    const socket = connect(Number(port), hostname, () => socket.write(text));
    socket.on('data', (chunk: Buffer) => {
      answer += chunk.toString();
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', () => resolve(answer));
    setTimeout(() => socket.destroy(), 300);
  });
}

const secretHeaders = {
  authorization: `Bearer ${canary}`,
  cookie: `session=${canary}`,
  'proxy-authorization': `Basic ${canary}`,
  'x-api-key': canary,
  referer: `http://a.test/?token=${canary}`,
  'user-agent': canary,
};
const picture = Buffer.from(`\x89PNG ${canary}`);

const failures: Record<string, () => Promise<Reply | string>> = {
  'an answer': () =>
    ask(server.address, `/predict?top=1`, {
      method: 'POST',
      headers: { ...secretHeaders, 'content-type': 'image/png' },
      body: picture,
    }),
  'an unknown parameter': () =>
    ask(server.address, `/predict?token=${canary}`, {
      method: 'POST',
      headers: { ...secretHeaders, 'content-type': 'image/png' },
      body: picture,
    }),
  'an address with a secret that is refused': () =>
    askJson(server.address, '/predict', { url: `https://user:${canary}@a.test/?sig=${canary}` }, secretHeaders),
  'an address that is invalid': () =>
    askJson(server.address, '/predict', { url: 7, token: canary.length }, secretHeaders),
  'an object that is refused': () =>
    askJson(server.address, '/get-prediction', { bucket: 'photos', filename: `in/${canary}` }, secretHeaders),
  'JSON that is none': () => askJson(server.address, '/predict', `{"url": "${canary}`, secretHeaders),
  'JSON with a key that is refused': () =>
    askJson(server.address, '/predict', `{"__proto__": "${canary}"}`, secretHeaders),
  'a body of no known type': () =>
    ask(server.address, '/predict', {
      method: 'POST',
      headers: { ...secretHeaders, 'content-type': 'text/plain' },
      body: canary,
    }),
  'a picture that cannot be decoded': async () => {
    server.answer(async () => {
      throw new TintypeError('IMAGE_CORRUPT', {}, { cause: new Error('pngload: bad') });
    });
    return askPrediction(server.address, picture);
  },
  'a queue that is full': async () => {
    server.answer(async () => {
      throw new TintypeError('OVERLOADED', { retryAfterS: 1 });
    });
    return askPrediction(server.address, picture);
  },
  'an error that nobody expected': async () => {
    server.answer(async () => {
      throw new Error('a bug');
    });
    return ask(server.address, `/predict`, {
      method: 'POST',
      headers: { ...secretHeaders, 'content-type': 'image/png' },
      body: picture,
    });
  },
  'a form without its file': () => askPrediction(server.address, picture, { field: 'other' }),
  'a form that is broken off': () =>
    ask(server.address, '/predict', {
      method: 'POST',
      headers: { ...secretHeaders, 'content-type': 'multipart/form-data; boundary=x' },
      body: `--x\r\n${canary}`,
    }),
  'a picture that is too large': () => askPrediction(server.address, Buffer.alloc(2 ** 21, canary)),
  'a foreign host': () => ask(server.address, '/health', { headers: { ...secretHeaders, host: 'evil.test' } }),
  'an address that nobody answers': () => ask(server.address, `/nothing?token=${canary}`, { headers: secretHeaders }),
  'a wrong parameter of the catalog': () =>
    ask(server.address, `/api/samples?limit=x&cursor=${canary}`, { headers: secretHeaders }),
  'headers that are too large': () =>
    ask(server.address, '/health', { headers: { ...secretHeaders, big: canary.repeat(2000) } }),
  'a request that is no HTTP': () => send(`GET /?token=${canary} NONSENSE\r\nauthorization: ${canary}\r\n\r\n`),
  'a header that is no header': () => send(`GET / HTTP/1.1\r\nhost: 127.0.0.1\r\n${canary}\r\n\r\n`),
  'two lengths of one body': () =>
    send(
      `POST /predict HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-length: 3\r\ncontent-length: 4\r\nx: ${canary}\r\n\r\nabc`,
    ),
  'a path that is no path': () =>
    send(`GET /%ff%zz?token=${canary} HTTP/1.1\r\nhost: 127.0.0.1\r\ncookie: ${canary}\r\nconnection: close\r\n\r\n`),
};

test.each(Object.entries(failures))('of %s no secret is logged or answered', async (_what, fail) => {
  const reply = await fail();
  await new Promise((resolve) => setTimeout(resolve, 20));

  const answered = typeof reply === 'string' ? reply : `${JSON.stringify(reply.headers)} ${reply.text}`;
  expect(answered.length).toBeGreaterThan(50);
  for (const text of [written, answered]) {
    expect(text).not.toContain(canary);
    expect(text).not.toContain(Buffer.from(canary).toString('base64').slice(0, 16));
    expect(text).not.toContain(Buffer.from(canary).toString('hex'));
  }
});

test('names of files that a client sends are harmless in an answer and absent from the log', async () => {
  const form = new FormData();
  form.append('files', new Blob([picture]), `\u202e\u0000${canary}\u001b[31m.png`);
  const text = await (await fetch(`${server.address}/predict-batch`, { method: 'POST', body: form })).text();
  await vi.waitFor(() => expect(requests()).toHaveLength(1));

  expect(JSON.parse(text)).toMatchObject({ predictions: [{ filename: expect.not.stringMatching(/\p{Cc}|\p{Cf}/u) }] });
  expect(written).not.toContain(canary);
});
