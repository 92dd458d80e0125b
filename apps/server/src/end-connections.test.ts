/** @file A server that ends under load. */
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { type EndOptions, endConnectionsOnClose } from './end-connections.ts';

async function aServer(options: EndOptions = {}) {
  const app = Fastify({ return503OnClosing: false, forceCloseConnections: 'idle', keepAliveTimeout: 60_000 });
  app.get('/slow', async () => {
    await delay(40);
    return 'answered';
  });
  app.get('/hanging', () => new Promise(() => undefined));
  endConnectionsOnClose(app, options);
  const address = await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => app.close());
  return { app, address };
}

interface Reply {
  status: number | string | undefined;
  connection: string | undefined;
}

const ask = (url: string, agent: Agent): Promise<Reply> =>
  new Promise((resolve) => {
    get(url, { agent }, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode, connection: response.headers.connection }));
    }).on('error', (error: NodeJS.ErrnoException) => resolve({ status: error.code, connection: undefined }));
  });

test('who is connected gets answers while the server ends, and new connections are refused', async () => {
  const { app, address } = await aServer();
  const replies: Reply[] = [];
  const client = async (): Promise<void> => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (;;) {
      const reply = await ask(`${address}/slow`, agent);
      replies.push(reply);
      if (reply.connection === 'close' || reply.status !== 200) break;
    }
    agent.destroy();
  };
  const clients = Array.from({ length: 20 }, client);
  await delay(150);

  const closed = app.close();
  await Promise.all(clients);
  await closed;

  expect(replies.filter(({ status }) => status !== 200)).toEqual([]);
  expect(replies.filter(({ connection }) => connection === 'close')).toHaveLength(20);
  const late = await ask(`${address}/slow`, new Agent());
  expect(late.status).toBe('ECONNREFUSED');
});

test('a request that comes over an idle connection just as the server ends is answered', async () => {
  const { app, address } = await aServer({ graceMs: 400 });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  await ask(`${address}/slow`, agent);

  const closed = app.close();
  await delay(100);
  const reply = await ask(`${address}/slow`, agent);
  await closed;

  expect(reply).toEqual({ status: 200, connection: 'close' });
});

test('idle connections end after the grace, hanging ones after the limit', async () => {
  const { app, address } = await aServer({ graceMs: 50, longestMs: 300 });
  const idle = connect(Number(new URL(address).port), '127.0.0.1');
  await once(idle, 'connect');
  const hanging = ask(`${address}/hanging`, new Agent());
  await delay(50);

  const startedAt = performance.now();
  const closed = app.close();
  await once(idle.resume(), 'close');
  const idleMs = performance.now() - startedAt;
  await closed;

  expect(idleMs).toBeLessThan(280);
  expect((await hanging).status).toBe('ECONNRESET');
});
