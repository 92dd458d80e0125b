/** @file Signing in and out, tokens, users and the record of changes over HTTP. */
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock } from '@tintype/adapters/clock';
import { workspacePaths } from '@tintype/adapters/workspace/workspace-paths';
import { auditViewSchema, sessionViewSchema, tokensViewSchema, usersViewSchema } from '@tintype/contracts/access';
import { inviteFirstAdmin } from '@tintype/core/access/invitations';
import type { FastifyBaseLogger } from 'fastify';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { aServer, type TestServer } from '../testing/a-server.ts';
import { ask, askJson, type Reply } from '../testing/ask.ts';
import { aSession, aToken, aUser, bearer } from '../testing/who-asks.ts';

const password = 'correct horse battery';
const log: string[] = [];
const logger = pino({ level: 'trace' }, { write: (line: string) => void log.push(line) }) as FastifyBaseLogger;
let server: TestServer;
let admin: Record<string, string>;
beforeAll(async () => {
  server = await aServer({
    logger,
    configure(config) {
      config.access.required = true;
      config.serve.trustProxy = ['127.0.0.1'];
      config.serve.hosts = ['pictures.example'];
    },
  });
  admin = bearer((await aToken(server.access, { name: 'owner', role: 'admin' })).secret);
});
afterAll(() => server.close());

/** From an address of its own, so that tests do not slow each other down. */
const from = (address: string): Record<string, string> => ({ 'x-forwarded-for': address });
const cookieOf = (reply: Reply): string => String(reply.headers['set-cookie']).split(';', 1)[0] ?? '';
const post = (path: string, value: unknown, headers: Record<string, string> = {}) =>
  askJson(server.address, path, value, headers);
const get = (path: string, headers: Record<string, string> = {}) => ask(server.address, path, { headers });
const session = async (headers: Record<string, string> = {}) =>
  sessionViewSchema.parse((await get('/api/session', headers)).json());

async function join(name: string, role: string): Promise<Reply> {
  const invitation = (await post('/api/invitations', { role }, admin)).json().path as string;
  return post(
    '/api/join',
    { invitation: invitation.replace('/join#', ''), name, password },
    from(`10.9.0.${name.length}`),
  );
}

test('nobody is known, then the link for the first administrator makes one who is signed in, once', async () => {
  expect(await session()).toEqual({ identity: null, isRequired: true, hasAdmin: false });
  const invitation = (await inviteFirstAdmin(server.access.needs))?.path.replace('/join#', '') ?? '';

  const joined = await post('/api/join', { invitation, name: 'ada', password }, from('10.1.0.1'));
  const again = await post('/api/join', { invitation, name: 'eve', password }, from('10.1.0.2'));

  expect(joined.status).toBe(200);
  expect(joined.json()).toMatchObject({ identity: { name: 'ada', role: 'admin', isSession: true }, hasAdmin: true });
  expect((await get('/api/tokens', { cookie: cookieOf(joined) })).status).toBe(200);
  expect(again).toMatchObject({ status: 403 });
  expect(again.json()).toMatchObject({ code: 'INVITATION_INVALID' });
});

test('one signs in, is known by a cookie that scripts cannot read, and signs out', async () => {
  await join('grace', 'annotator');

  const login = await post('/api/login', { name: 'grace', password }, from('10.1.1.1'));
  const cookie = cookieOf(login);
  const during = await session({ cookie });
  const logout = await ask(server.address, '/api/logout', {
    method: 'POST',
    headers: { cookie, origin: server.address },
  });

  expect(login.headers['set-cookie']).toEqual([
    expect.stringMatching(
      /^tintype_session=ses_[0-9a-f]{20}\.[\w-]{43}; Path=\/; Max-Age=604800; HttpOnly; SameSite=Strict$/,
    ),
  ]);
  expect(during.identity).toMatchObject({ name: 'grace', role: 'annotator', isSession: true });
  expect(logout.headers['set-cookie']).toEqual([expect.stringContaining('Max-Age=0')]);
  expect((await session({ cookie })).identity).toBeNull();
  expect((await get('/api/workspace', { cookie })).status).toBe(401);
});

test('behind https the cookie is for https and this host alone, and browsers are told to stay there', async () => {
  await join('hopper', 'viewer');
  const proxied = { ...from('10.1.2.1'), 'x-forwarded-proto': 'https', 'x-forwarded-host': 'pictures.example' };

  const login = await post(
    '/api/login',
    { name: 'hopper', password },
    { ...proxied, origin: 'https://pictures.example' },
  );

  expect(login.headers['set-cookie']).toEqual([
    expect.stringMatching(/^__Host-tintype_session=.*; HttpOnly; SameSite=Strict; Secure$/),
  ]);
  expect(login.headers['strict-transport-security']).toBe('max-age=31536000');
  const downgraded = await post(
    '/api/login',
    { name: 'hopper', password },
    { ...proxied, origin: 'http://pictures.example' },
  );
  expect(downgraded.json()).toMatchObject({ code: 'HOST_REFUSED' });
  expect((await session({ ...proxied, cookie: cookieOf(login) })).identity).toMatchObject({ name: 'hopper' });
  expect((await get('/health')).headers['strict-transport-security']).toBeUndefined();
});

test.each([
  ['a page elsewhere', { origin: 'https://evil.example' }, 403],
  ['another site', { 'sec-fetch-site': 'cross-site' }, 403],
  ['nobody knows where', {}, 401],
  ['a page of this server', { 'sec-fetch-site': 'same-origin' }, 404],
])('a change with a session that comes from %s is answered as such', async (_what, headers, status) => {
  await aUser(server.access, `user-${status}-${_what.length}`, 'admin');
  const cookie = await aSession(server.access, { name: `user-${status}-${_what.length}`, role: 'admin' });

  const reply = await post(
    '/api/samples/remove',
    { ids: ['s_00000000000000000000'] },
    { cookie, ...(headers as Record<string, string>) },
  );

  expect(reply.status).toBe(status);
});

test('a wrong password says no more than one of nobody, and the sixth try in a minute must wait', async () => {
  await join('lovelace', 'viewer');
  const tryAs = (name: string, n: number) =>
    post('/api/login', { name, password: 'wrong wrong wrong' }, from(`10.2.0.${n}`));

  const wrong = await tryAs('lovelace', 0);
  const nobody = await tryAs('nobody', 0);
  for (const n of [1, 2, 3, 4]) await tryAs('lovelace', n);
  const limited = await post('/api/login', { name: 'Lovelace', password }, from('10.2.0.9'));

  expect(wrong.json()).toMatchObject({ code: 'LOGIN_REFUSED', status: 401 });
  expect({ ...nobody.json(), request_id: '' }).toEqual({ ...wrong.json(), request_id: '' });
  expect(limited).toMatchObject({
    status: 429,
    headers: { 'retry-after': expect.stringMatching(/^\d+$/), 'content-type': 'application/problem+json' },
  });
  expect(limited.json()).toMatchObject({ code: 'RATE_LIMITED' });
}, 60_000);

test('a token is shown once, is listed without its secret, and is revoked for every process at once', async () => {
  const made = await post('/api/tokens', { name: 'service', scopes: ['predict'] }, admin);
  const { secret, token } = made.json() as { secret: string; token: { id: string } };
  const listed = await get('/api/tokens', admin);
  const other = await openSqliteCatalog({ path: workspacePaths.catalog(server.workspace.folder), clock: systemClock });
  const before = await post('/predict', { url: 'http://x.example/' }, bearer(secret));

  await other.access.revokeToken(token.id, Date.now());
  const after = await post('/predict', { url: 'http://x.example/' }, bearer(secret));
  await other[Symbol.asyncDispose]();

  expect(made.status).toBe(201);
  expect(tokensViewSchema.parse(listed.json()).items[0]).toMatchObject({
    name: 'service',
    scopes: ['predict'],
    role: 'viewer',
  });
  expect(listed.text).not.toContain(secret.slice(-43));
  expect(before.status).not.toBe(401);
  expect(after).toMatchObject({
    status: 401,
    headers: { 'www-authenticate': 'Bearer realm="tintype", error="invalid_token"' },
  });
});

test('a stream that a token began ends within a second after the token is revoked', async () => {
  const { runs, access } = server.workspace.catalog;
  const run = {
    id: 'run_w',
    snapshot: 'snap_1',
    status: 'running' as const,
    options: {},
    startedAt: 1,
    endedAt: null,
    error: null,
  };
  await runs.create(run);
  const { id, secret } = await aToken(server.access, { scopes: ['read'] });
  let ended = 0;
  const watching = get('/api/runs/run_w/events', bearer(secret)).then((reply) => {
    ended = performance.now();
    return reply;
  });
  await new Promise((resolve) => setTimeout(resolve, 700));
  expect(ended).toBe(0);

  await access.revokeToken(id, Date.now());
  const revoked = performance.now();
  const { status } = await watching;

  expect(status).toBe(200);
  expect(ended - revoked).toBeLessThan(1000);
});

test.each([
  [{ name: 'more', role: 'admin' }, 'TOKEN_TOO_STRONG'],
  [{ name: 'more', role: 'trainer', scopes: ['train'] }, 'TOKEN_TOO_STRONG'],
  [{ name: 'more', role: 'admin', scopes: ['admin'], expiresInDays: null }, 'TOKEN_TOO_STRONG'],
  [{ name: 'more', scopes: ['train'] }, 'VALIDATION_FAILED'],
])('a token that may only administer cannot make %o', async (body, code) => {
  const { secret } = await aToken(server.access, { role: 'admin', scopes: ['admin'] });

  const reply = await post('/api/tokens', body, bearer(secret));

  expect(reply.json()).toMatchObject({ code });
});

test('a user gets another role at the next request, and is kept out', async () => {
  const cookie = cookieOf(await join('hamilton', 'viewer'));
  const change = (body: object) => post('/api/users/hamilton', body, admin);

  const before = await get('/api/jobs', { cookie });
  await change({ role: 'trainer' });
  const promoted = await get('/api/jobs', { cookie });
  await change({ isDisabled: true });
  const after = await get('/api/jobs', { cookie });

  expect([before.status, promoted.status, after.status]).toEqual([403, 200, 401]);
  const users = usersViewSchema.parse((await get('/api/users', admin)).json()).items;
  expect(users.find(({ name }) => name === 'hamilton')).toMatchObject({
    role: 'trainer',
    disabledAt: expect.any(Number),
  });
  expect((await change({})).status).toBe(400);
});

test('a job that names files of the server is for administrators, by whatever name it calls them', async () => {
  const { secret } = await aToken(server.access, { role: 'trainer' });
  const add = async (body: object, who = bearer(secret)) => (await post('/api/jobs', body, who)).json().code ?? 'added';
  const files = [
    { kind: 'ingest', input: { sources: ['/etc'] } },
    { kind: 'train', input: { backbone: '/etc/passwd.onnx' } },
    { kind: 'train', input: { backbone: '../model.onnx' } },
    { kind: 'train', input: { backbone: 'histograms/../x.onnx' } },
    { kind: 'train', input: { architecture: 'vit-tiny', weights: './weights' } },
  ];

  const refused = await Promise.all(files.map((body) => add(body)));
  const taken = await Promise.all([
    add({ kind: 'train', input: {} }),
    add({ kind: 'train', input: { backbone: 'pixels:16' } }),
    add({ kind: 'train', input: { backbone: 'hub:timm/x' } }),
    add(files[1] as object, admin),
  ]);

  expect(refused).toEqual(files.map(() => 'PATHS_FORBIDDEN'));
  expect(taken).toEqual(['added', 'added', 'added', 'added']);
});

describe('the record', () => {
  const audit = async (query = '') => auditViewSchema.parse((await get(`/api/audit${query}`, admin)).json());

  test('says who changed what, to what, from where', async () => {
    const { token } = (await post('/api/tokens', { name: 'recorded' }, admin)).json() as { token: { id: string } };
    const revoked = await ask(server.address, `/api/tokens/${token.id}/revoke`, { method: 'POST', headers: admin });

    const { items } = await audit('?who=owner&limit=2');

    expect(items).toEqual([
      expect.objectContaining({ action: 'revokeToken', target: token.id, requestId: revoked.headers['x-request-id'] }),
      expect.objectContaining({
        action: 'createToken',
        target: token.id,
        who: 'owner',
        tokenId: expect.stringMatching(/^tok_/),
        sessionId: null,
        details: expect.objectContaining({ name: 'recorded', role: 'viewer' }),
        status: 201,
      }),
    ]);
  });

  test('has signing in, and nothing that was read or refused', async () => {
    const before = (await audit()).total;
    await get('/api/models', admin);
    await post('/api/tokens', {}, admin);
    await post('/api/tokens', { name: 'x' }, bearer((await aToken(server.access)).secret));

    expect((await audit()).total).toBe(before);
    expect((await audit('?action=logIn')).items.map(({ who }) => who)).toContain('grace');
  });
});

test('no secret and no password is in any line of the log or any record', async () => {
  const secret = (await aToken(server.access, { role: 'admin' })).secret;
  const wrong = 'a password typed wrong';
  await post('/api/login', { name: 'grace', password: wrong }, from('10.3.0.1'));
  await post('/api/login', `{"name":"grace","password":"${wrong}"`, from('10.3.0.2'));
  const cut = await get('/api/models', bearer(secret.slice(0, -1)));
  const replies = [
    cut,
    await post('/api/join', { invitation: secret, name: 'eve', password: wrong }, from('10.3.0.3')),
  ];
  const failing = vi
    .spyOn(server.workspace.catalog.access, 'findToken')
    .mockRejectedValue(new Error('the disk is gone'));
  replies.push(await get('/api/models', bearer(secret)));
  failing.mockRestore();

  const said = [
    ...log,
    ...replies.map(({ text }) => text),
    JSON.stringify(await server.workspace.catalog.access.listAudit({})),
  ].join('\n');

  expect(replies.map(({ status }) => status)).toEqual([401, 403, 500]);
  expect(log.length).toBeGreaterThan(0);
  for (const hidden of [secret.slice(-43), secret.slice(-43, -1), wrong, password, 'tintype_session=ses'])
    expect(said).not.toContain(hidden);
});
