/** @file The page: built or not, its addresses and its files. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aServer, type TestServer } from './testing/a-server.ts';
import { ask } from './testing/ask.ts';

const browser = { headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' } };
let folder: string;
let server: TestServer;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-page-'));
  server = await aServer({ webFolder: folder });
});
afterAll(async () => {
  await server.close();
  await rm(folder, { recursive: true, force: true });
});

test('where the page is not built, its address says how to build it', async () => {
  const reply = await ask(server.address, '/', browser);

  expect(reply.status).toBe(200);
  expect(reply.text).toContain('npm run build');
  expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
});

describe('once it is built', () => {
  beforeAll(async () => {
    await mkdir(join(folder, 'assets'));
    await writeFile(join(folder, 'index.html'), '<title>The page</title>');
    await writeFile(join(folder, 'assets', 'index-abc123.js'), 'console.log(1)');
    await writeFile(join(folder, '.secret'), 'hidden');
  });

  test.each(['/', '/pictures', '/pictures?class=cat', '/models/pets/3'])(
    'the address %s shows the page',
    async (path) => {
      const reply = await ask(server.address, path, browser);

      expect(reply.status).toBe(200);
      expect(reply.text).toBe('<title>The page</title>');
      expect(reply.headers['cache-control']).toBe('no-cache');
    },
  );

  test('its hashed files are cached for good', async () => {
    const reply = await ask(server.address, '/assets/index-abc123.js');

    expect(reply.status).toBe(200);
    expect(reply.headers['content-type']).toMatch(/javascript/);
    expect(reply.headers['cache-control']).toBe('public, max-age=31536000, immutable');
  });

  test.each(['/assets/gone.js', '/api/nothing', '/pictures/a.jpg', '/.secret', '/assets', '/docs/nothing'])(
    'the address %s is not the page',
    async (path) => {
      const reply = await ask(server.address, path, browser);

      expect(reply.status).toBe(404);
      expect(reply.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
    },
  );

  test('who does not ask for a page gets a problem, not the page', async () => {
    const reply = await ask(server.address, '/pictures', { headers: { accept: 'application/json' } });

    expect(reply.status).toBe(404);
  });

  test('HEAD of the page has its headers and no body', async () => {
    const reply = await ask(server.address, '/', { method: 'HEAD', ...browser });

    expect(reply).toMatchObject({ status: 200, text: '' });
    expect(reply.headers['content-type']).toBe('text/html; charset=utf-8');
  });
});
