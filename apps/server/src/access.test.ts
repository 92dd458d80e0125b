/** @file Who is let in: host names, origins, content types, and a policy on every route. */
import { type RoutePolicy, routePolicies } from '@tintype/contracts/access';
import Fastify from 'fastify';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { guardRoutes } from './access.ts';
import { aServer, type TestServer } from './testing/a-server.ts';
import { ask, askJson } from './testing/ask.ts';

let server: TestServer;
beforeAll(async () => {
  server = await aServer();
});
afterAll(() => server.close());

const noIds = { ids: ['s_00000000000000000000'] };

describe('host', () => {
  test.each([
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    '10.0.0.1',
    '[::2]',
  ])('a request for "%s" is refused', async (host) => {
    const reply = await ask(server.address, '/health', { headers: { host } });

    expect(reply.status).toBe(403);
    expect(reply.json()).toMatchObject({ code: 'HOST_REFUSED', status: 403 });
  });

  test.each(['localhost', 'localhost:8080', '127.0.0.1:1', '127.1.2.3', '[::1]:8080'])(
    'a request for "%s" is answered',
    async (host) => {
      const reply = await ask(server.address, '/health', { headers: { host } });

      expect(reply.status).toBe(200);
    },
  );

  test('a page address is guarded like the API', async () => {
    const reply = await ask(server.address, '/pictures', { headers: { host: 'evil.example', accept: 'text/html' } });

    expect(reply.status).toBe(403);
  });
});

describe('origin', () => {
  test.each([
    { origin: 'http://evil.example' },
    { origin: 'null' },
    { origin: 'http://localhost:9999' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
  ])('a change asked for with %o is refused', async (headers) => {
    const reply = await askJson(server.address, '/api/samples/remove', noIds, headers);

    expect(reply.status).toBe(403);
    expect(reply.json()).toMatchObject({ code: 'HOST_REFUSED' });
  });

  test('a change asked for by the page itself is let through to its own answer', async () => {
    const { host } = new URL(server.address);
    const headers = { origin: `http://${host}`, 'sec-fetch-site': 'same-origin' };

    const reply = await askJson(server.address, '/api/samples/remove', noIds, headers);

    expect(reply.json()).toMatchObject({ code: 'SAMPLE_NOT_FOUND' });
  });

  test('reading from another origin is answered, with headers that keep its page from seeing it', async () => {
    const reply = await ask(server.address, '/health', { headers: { origin: 'http://evil.example' } });

    expect(reply.status).toBe(200);
    expect(reply.headers['access-control-allow-origin']).toBeUndefined();
    expect(reply.headers['cross-origin-resource-policy']).toBe('same-origin');
  });
});

describe('content type', () => {
  const odd = [
    '',
    'text/plain',
    'application/json\t; charset=utf-8',
    ' application/json',
    'application/json ;charset=utf-8',
    'application/json;',
    'application/json; charset=utf-16',
    'application/json, text/plain',
    'application/jsonx',
    'application/json/x',
    'application/vnd.api+json',
    'multipart/form-data; boundary=x',
    'application/x-www-form-urlencoded',
    'text/json',
    '*/*',
  ];

  test.each(odd)('JSON sent as "%s" is refused or validated, never taken unseen', async (type) => {
    const reply = await askJson(server.address, '/api/samples/remove', { ids: 'not a list' }, { 'content-type': type });

    expect([400, 415]).toContain(reply.status);
    expect(['MEDIA_TYPE_UNSUPPORTED', 'VALIDATION_FAILED']).toContain(reply.json().code);
  });

  test.each([
    'text/plain',
    'image',
    'image/',
    'image/png; charset=utf-8',
    'application/json; charset=latin1',
    'multipart/form-data',
    'multipart/form-data; boundary=',
    `multipart/form-data; boundary=${'x'.repeat(71)}`,
  ])('a picture sent as "%s" is refused', async (type) => {
    const reply = await ask(server.address, '/predict', {
      method: 'POST',
      headers: { 'content-type': type },
      body: '{}',
    });

    expect(reply.status).toBe(415);
    expect(reply.json()).toMatchObject({ code: 'MEDIA_TYPE_UNSUPPORTED' });
  });

  test('a body where none is expected is refused', async () => {
    const reply = await ask(server.address, '/health', {
      headers: { 'content-type': 'application/json', 'content-length': '2' },
      body: '{}',
    });

    expect(reply.status).toBe(415);
  });
});

test('every route that answers states a policy', () => {
  expect(server.routes.length).toBeGreaterThan(20);
  expect(server.routes.filter((route) => !routePolicies.includes(route.config?.policy as RoutePolicy))).toEqual([]);
});

test('a server with a route without a policy does not start', async () => {
  const app = Fastify();
  guardRoutes(app);
  app.get('/open', async () => 'anything');

  await expect(app.ready()).rejects.toThrow('/open');
});

test('only health, signing in, the document, and files of the page are public', () => {
  const isPublic = server.routes.filter((route) => route.config?.policy === 'public').map((route) => route.url);

  const known = ['/health', '/health/live', '/health/ready', '/openapi.json', '/', '/*'];
  const session = ['/api/session', '/api/login', '/api/join', '/api/logout'];
  const found = [...new Set(isPublic.filter((url) => !url.startsWith('/docs')))];
  expect(found.toSorted()).toEqual([...known, ...session].toSorted());
});

test('every reply carries the headers that keep a page from doing harm', async () => {
  for (const path of ['/health', '/', '/api/nothing', '/docs']) {
    const { headers } = await ask(server.address, path);

    const policy = String(headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toMatch(/script-src[^;]*'unsafe-(?:inline|eval)'/);
    expect(policy).toContain("worker-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBe('no-referrer');
    expect(headers['x-request-id']).toMatch(/^req_[0-9a-f]{20}$/);
    expect(headers['x-powered-by']).toBeUndefined();
    // The Try screen takes pictures; pages that would frame it cannot.
    expect(headers['permissions-policy']).toBe('camera=(self), microphone=(), geolocation=()');
  }
});
