/** @file Names, pages of other origins, proxies, and how often one may ask, over real HTTP. */
import { networkInterfaces } from 'node:os';
import { configSchema } from '@tintype/contracts/config';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { aServer, type TestServer } from './testing/a-server.ts';
import { ask, askJson } from './testing/ask.ts';
import { aSession, aToken, aUser, bearer } from './testing/who-asks.ts';

const listed = 'https://listed.example';
const noIds = { ids: ['s_00000000000000000000'] };

describe('a server that other machines reach', () => {
  let server: TestServer;
  let token: Record<string, string>;
  beforeAll(async () => {
    server = await aServer({
      host: '0.0.0.0',
      configure(config) {
        config.serve.hosts = ['pictures.example'];
        config.serve.origins = [listed];
        config.serve.trustProxy = ['10.0.0.0/8'];
      },
    });
    token = bearer((await aToken(server.access, { role: 'annotator' })).secret);
  });
  afterAll(() => server.close());

  const own = Object.values(networkInterfaces()).flatMap((all = []) => all.map(({ address }) => address));
  test.each(['pictures.example', 'Pictures.Example:443', ...own.filter((a) => a.includes('.'))])(
    'answers to %s',
    async (host) => {
      expect((await ask(server.address, '/health', { headers: { host } })).status).toBe(200);
    },
  );

  test.each([
    'other.example',
    'pictures.example.evil.example',
    'pictures.example@evil.example',
    '203.0.113.9',
    'x-pictures.example',
  ])('does not answer to %s', async (host) => {
    const reply = await ask(server.address, '/health', { headers: { host } });

    expect(reply).toMatchObject({ status: 403 });
    expect(reply.headers['content-security-policy']).toContain("default-src 'none'");
  });

  test('a name that a proxy claims is not believed from one that is not listed', async () => {
    const claims = { host: 'evil.example', 'x-forwarded-host': 'pictures.example', 'x-forwarded-proto': 'https' };

    const reply = await ask(server.address, '/health', { headers: claims });

    expect(reply.status).toBe(403);
    expect(reply.headers['strict-transport-security']).toBeUndefined();
  });

  test('a page of a listed origin is let through its preflight, asks with a token, and may read the answer', async () => {
    const preflight = await ask(server.address, '/api/samples/remove', {
      method: 'OPTIONS',
      headers: {
        origin: listed,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization',
      },
    });
    const reply = await askJson(server.address, '/api/samples/remove', noIds, {
      ...token,
      origin: listed,
      'sec-fetch-site': 'cross-site',
    });

    expect(preflight.status).toBe(204);
    expect(preflight.headers).toMatchObject({
      'access-control-allow-origin': listed,
      'access-control-allow-methods': 'GET, HEAD, POST',
      'access-control-allow-headers': 'authorization, content-type, last-event-id',
      vary: 'Origin',
    });
    expect(preflight.headers['access-control-allow-credentials']).toBeUndefined();
    expect(reply.json()).toMatchObject({ code: 'SAMPLE_NOT_FOUND' });
    expect(reply.headers['access-control-allow-origin']).toBe(listed);
  });

  test('a page of a listed origin has no use of a session', async () => {
    await aUser(server.access, 'ada', 'admin');
    const cookie = await aSession(server.access, { name: 'ada', role: 'admin' });

    const reply = await ask(server.address, '/api/samples', { headers: { cookie, origin: listed } });

    expect(reply.status).toBe(401);
    expect(reply.headers['access-control-allow-credentials']).toBeUndefined();
  });

  test.each([
    'https://evil.example',
    'null',
    'https://listed.example.evil.example',
    'http://listed.example',
    'https://LISTED.example',
  ])('a page of %s gets no preflight, no change, and nothing to read', async (origin) => {
    const preflight = await ask(server.address, '/predict', {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST' },
    });
    const change = await askJson(server.address, '/api/samples/remove', noIds, { ...token, origin });
    const read = await ask(server.address, '/api/samples', { headers: { ...token, origin } });

    expect([preflight.status, change.status]).toEqual([403, 403]);
    for (const reply of [preflight, change, read]) expect(reply.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('a server for this machine alone', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await aServer({ configure: (config) => void (config.serve.origins = [listed]) });
  });
  afterAll(() => server.close());

  test('asks nobody who they are, and records changes as local', async () => {
    expect((await ask(server.address, '/api/session')).json()).toMatchObject({
      identity: { name: 'local', role: 'admin' },
      isRequired: false,
    });
    const made = await askJson(server.address, '/api/tokens', { name: 'robot' });

    expect(made.status).toBe(201);
    expect((await ask(server.address, '/api/audit')).json()).toMatchObject({
      items: [{ who: 'local', action: 'createToken' }],
    });
  });

  test('holds a token to what it may, and refuses one it does not know', async () => {
    const { secret } = await aToken(server.access, { scopes: ['predict'] });

    const statuses = await Promise.all(
      [bearer(secret), bearer('tintype_x')].map(
        async (headers) => (await ask(server.address, '/api/samples', { headers })).status,
      ),
    );

    expect(statuses).toEqual([403, 401]);
  });

  test('forgets a cookie that has ended', async () => {
    const headers = { cookie: `tintype_session=ses_${'0'.repeat(20)}.${'A'.repeat(43)}` };

    expect((await ask(server.address, '/api/samples', { headers })).status).toBe(200);
  });

  test.each(['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-real-ip', 'forwarded', 'via'])(
    'is not fooled by a proxy in front of it, which says %s',
    async (name) => {
      expect((await ask(server.address, '/api/samples', { headers: { [name]: '203.0.113.9' } })).status).toBe(401);
    },
  );

  test('lets a page of a listed origin read nothing without a token', async () => {
    const { secret } = await aToken(server.access);

    const [without, withToken] = await Promise.all(
      [{ origin: listed }, { origin: listed, ...bearer(secret) }].map((headers) =>
        ask(server.address, '/api/samples', { headers }),
      ),
    );

    expect([without?.status, withToken?.status]).toEqual([401, 200]);
  });
});

describe('how often one may ask', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await aServer({
      configure(config) {
        config.access.required = true;
        config.serve.rate = { perMinute: 1, burst: 5 };
        config.serve.trustProxy = ['127.0.0.1'];
      },
    });
  });
  afterAll(() => server.close());

  const askTimes = async (times: number, path: string, headers: Record<string, string>): Promise<number[]> => {
    const statuses = [];
    for (let i = 0; i < times; i += 1) statuses.push((await ask(server.address, path, { headers })).status);
    return statuses;
  };

  test('a token is told to wait, whatever address it comes from, and another is not', async () => {
    const [one, other] = await Promise.all([aToken(server.access), aToken(server.access)]);

    const first = await askTimes(5, '/api/models', bearer(one.secret));
    const limited = await ask(server.address, '/api/models', {
      headers: { ...bearer(one.secret), 'x-forwarded-for': '10.0.0.9' },
    });

    expect(first).toEqual([200, 200, 200, 200, 200]);
    expect(limited).toMatchObject({ status: 429, headers: { 'content-type': 'application/problem+json' } });
    expect(Number(limited.headers['retry-after'])).toBeGreaterThan(30);
    expect(limited.json()).toMatchObject({
      code: 'RATE_LIMITED',
      hint: expect.stringMatching(/^Try again in \d+ seconds\.$/),
    });
    expect(await askTimes(1, '/api/models', bearer(other.secret))).toEqual([200]);
  });

  test('every picture of a batch counts, as if it had come alone', async () => {
    const { secret } = await aToken(server.access);
    const record = (key: string) => ({ s3: { bucket: { name: 'incoming' }, object: { key } } });
    const form = new FormData();
    for (let i = 0; i < 5; i += 1) form.append('files', new Blob(['x']), `${i}.jpg`);

    await askJson(server.address, '/predict', { Records: ['a', 'b', 'c'].map(record) }, bearer(secret));
    expect(await askTimes(3, '/api/models', bearer(secret))).toEqual([200, 200, 429]);

    const other = await aToken(server.access);
    await fetch(`${server.address}/predict-batch`, { method: 'POST', headers: bearer(other.secret), body: form });
    expect(await askTimes(1, '/api/models', bearer(other.secret))).toEqual([429]);
  });

  test('an address that guesses is told to wait, and who is known there is not', async () => {
    const { secret } = await aToken(server.access);
    const there = { 'x-forwarded-for': '10.0.0.1' };

    const guesses = await askTimes(6, '/api/models', { ...bearer('tintype_x'), ...there });

    expect(guesses).toEqual([401, 401, 401, 401, 401, 429]);
    expect(await askTimes(1, '/openapi.json', there)).toEqual([429]);
    expect(await askTimes(1, '/api/models', { ...bearer(secret), ...there })).toEqual([200]);
  });

  test('health and the page are answered always, and people look through pictures as fast as they can', async () => {
    const there = { 'x-forwarded-for': '10.0.0.2' };
    await aUser(server.access, 'ada', 'viewer');
    const cookie = await aSession(server.access, { name: 'ada', role: 'viewer' });

    const statuses = [
      ...(await askTimes(8, '/health', there)),
      ...(await askTimes(8, '/', there)),
      ...(await askTimes(8, '/api/samples', { cookie, ...there })),
    ];

    expect(new Set(statuses)).toEqual(new Set([200]));
  });
});

test.each([
  [{ hosts: ['Pictures.example'] }],
  [{ hosts: ['https://pictures.example'] }],
  [{ hosts: ['pictures.example:443'] }],
  [{ hosts: ['*'] }],
  [{ hosts: [''] }],
  [{ origins: ['*'] }],
  [{ origins: ['null'] }],
  [{ origins: ['https://listed.example/'] }],
  [{ origins: ['listed.example'] }],
  [{ trustProxy: ['true'] }],
  [{ trustProxy: ['10.0.0.0/33'] }],
  [{ trustProxy: ['proxy.example'] }],
  [{ rate: { perMinute: 0 } }],
])('the setting serve: %o is refused', (serve) => {
  expect(configSchema.safeParse({ serve }).success).toBe(false);
});

test('names, origins and proxies are taken as they are written', () => {
  const serve = {
    hosts: ['pictures.example', '10.0.0.4', '[2001:db8::1]', 'localhost'],
    origins: ['https://listed.example', 'http://localhost:5173'],
    trustProxy: ['127.0.0.1', '10.0.0.0/8', '::1', '2001:db8::/32'],
  };

  expect(configSchema.parse({ serve }).serve).toMatchObject(serve);
});
