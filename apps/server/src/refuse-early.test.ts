/** @file Refusals before anything is made of a request. */
import { once } from 'node:events';
import { connect } from 'node:net';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { refuseEarly } from './refuse-early.ts';

async function aServer() {
  const world = { isFull: true, asked: 0, logged: [] as unknown[] };
  const app = Fastify();
  app.addContentTypeParser('image/jpeg', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  app.addHook('onRequest', async () => {
    world.asked += 1;
  });
  app.post('/predict', async () => 'answered');
  app.get('/health', async () => 'healthy');
  refuseEarly(app, { paths: ['/predict'], refuse: () => (world.isFull ? 3 : undefined) });
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  const send = (path: string) =>
    fetch(`${address}${path}`, { method: 'POST', headers: { 'content-type': 'image/jpeg' }, body: 'x'.repeat(50_000) });
  return { world, address, send };
}

test('where there is no room a picture is refused like every failure, with the time to come again', async () => {
  const { world, send } = await aServer();

  const reply = await send('/predict?top=3');

  expect(reply.status).toBe(503);
  expect(reply.headers.get('retry-after')).toBe('3');
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(reply.headers.get('cache-control')).toBe('no-store');
  expect(await reply.json()).toMatchObject({
    code: 'OVERLOADED',
    status: 503,
    hint: 'Try again in 3 seconds.',
    request_id: reply.headers.get('x-request-id'),
  });
  expect(world.asked).toBe(0);
});

test('other requests are answered all the same, and pictures once there is room, over the same connection', async () => {
  const { world, address, send } = await aServer();
  await (await send('/predict')).text();

  expect(await (await fetch(`${address}/health`)).text()).toBe('healthy');
  world.isFull = false;

  expect(await (await send('/predict')).text()).toBe('answered');
});

test('nobody waits for the picture to arrive: the refusal comes after the headers', async () => {
  const { address } = await aServer();
  const socket = connect(Number(new URL(address).port), '127.0.0.1');
  onTestFinished(() => void socket.destroy());

  socket.write('POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 1000000\r\n\r\n');
  const [chunk] = (await once(socket, 'data')) as [Buffer];

  expect(chunk.toString()).toMatch(/^HTTP\/1\.1 503 /);
});
