/** @file The listener of /metrics: apart from the API, and for this machine alone. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TintypeError } from '@tintype/contracts/errors';
import { isLoopbackHeader } from '../loopback.ts';
import type { Metrics } from './create-metrics.ts';

export interface MetricsListener extends AsyncDisposable {
  /** `http://127.0.0.1:9464/metrics` */
  readonly address: string;
}

const host = '127.0.0.1';
const headers = { 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' };

/** Port 0 takes a free one. Throws PORT_IN_USE. */
export async function serveMetrics(metrics: Metrics, { port }: { port: number }): Promise<MetricsListener> {
  const server = createServer({ requestTimeout: 10_000, maxHeaderSize: 8192 }, (request, reply) => {
    const path = (request.url ?? '').split('?', 1)[0];
    // A foreign name that resolves to this machine is a page that wants to read what it may not.
    const isOwn = isLoopbackHeader(request.headers.host ?? '');
    if (request.method !== 'GET' || path !== '/metrics' || !isOwn) {
      reply.writeHead(isOwn ? 404 : 403, headers).end();
      return;
    }
    void metrics.render().then(
      (text) => reply.writeHead(200, { ...headers, 'content-type': metrics.contentType }).end(text),
      () => reply.writeHead(500, headers).end(),
    );
  });
  await listen(server, port);
  const address = `http://${host}:${(server.address() as AddressInfo).port}/metrics`;
  return {
    address,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      metrics.close();
    },
  };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      reject(error.code === 'EADDRINUSE' ? new TintypeError('PORT_IN_USE', { port }, { cause: error }) : error);
    });
    server.listen(port, host, resolve);
  });
}
