/** @file The end of a server for those who are connected: whoever was let in gets an answer, and is told to come no more. */
import { Server as NetServer, type Socket } from 'node:net';
import { setTimeout as delay, setImmediate as turn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';

export interface EndOptions {
  /** Time in which a request that is on its way over an idle connection may still arrive; default 500. */
  graceMs?: number;
  /** Time for requests under way; connections are cut afterwards. Default 10,000. */
  longestMs?: number;
}

const idleCheckMs = 25;

/**
 * When `app` closes, it takes no more connections at once, but ends those it has only after their answer or, where they are idle, after the
 * grace: a client that sends at the very moment of the end would otherwise lose its request.
 */
export function endConnectionsOnClose(
  app: FastifyInstance,
  { graceMs = 500, longestMs = 10_000 }: EndOptions = {},
): void {
  const sockets = new Set<Socket>();
  let isEnding = false;
  app.server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  app.addHook('onSend', async (_request, reply) => {
    if (isEnding) reply.header('connection', 'close');
  });
  app.addHook('preClose', async () => {
    isEnding = true;
    // Connections that the system has taken already become ours in the next turns.
    await turn();
    await turn();
    // Of net: that of http ends idle connections too.
    NetServer.prototype.close.call(app.server);
    const startedAt = performance.now();
    while (sockets.size > 0 && performance.now() - startedAt < longestMs) {
      if (performance.now() - startedAt >= graceMs) {
        app.server.closeIdleConnections();
        // Not idle to Node: their first request might be late.
        for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy();
      }
      await delay(idleCheckMs);
    }
    app.server.closeAllConnections();
  });
}
