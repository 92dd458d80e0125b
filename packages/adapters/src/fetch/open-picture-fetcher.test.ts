/** @file The fetcher through its real child process. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { openPictureFetcher } from './open-picture-fetcher.ts';

test('the child refuses this machine by itself, without a connection', async () => {
  let connections = 0;
  const server = createServer((_request, response) => response.end('caught'));
  server.on('connection', () => (connections += 1));
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const port = (server.address() as AddressInfo).port;
  await using fetcher = openPictureFetcher();

  const codes = await Promise.all(
    [`http://127.0.0.1:${port}/`, `http://localhost:${port}/`, 'file:///etc/hostname'].map((url) =>
      fetcher.fetch(url, { limitBytes: 1000 }).then(
        () => 'none',
        (error: { code?: string }) => error.code,
      ),
    ),
  );

  expect(codes).toEqual(['URL_REFUSED', 'URL_REFUSED', 'URL_REFUSED']);
  expect(connections).toBe(0);
  server.close();
});
