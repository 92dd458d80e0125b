/** @file Tokens, passwords, sessions and invitations as use cases, with a clock that is moved by hand. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join as joinPath } from 'node:path';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock } from '@tintype/adapters/clock';
import { newSecret } from '@tintype/adapters/secrets';
import { roleScopes } from '@tintype/contracts/access';
import { expect, test } from 'vitest';
import { hashSecret, isSecret, parsePair, parseToken, renderPair, renderToken } from './credentials.ts';
import { invite, inviteFirstAdmin, join } from './invitations.ts';
import type { AccessNeeds } from './needs.types.ts';
import { hashPassword, isPassword } from './passwords.ts';
import { identifySession, logIn, openSession } from './sessions.ts';
import { createToken, identifyToken } from './tokens.ts';

/** Over a real catalog, at a time that the test sets. */
async function accessNeeds(): Promise<AccessNeeds & AsyncDisposable & { time: number }> {
  const folder = await mkdtemp(joinPath(tmpdir(), 'tintype-access-'));
  const needs = { time: Date.parse('2030-01-01'), newSecret };
  const clock = { ...systemClock, now: () => needs.time };
  const catalog = await openSqliteCatalog({ path: joinPath(folder, 'catalog.sqlite'), clock });
  return Object.assign(needs, {
    catalog,
    clock,
    async [Symbol.asyncDispose]() {
      await catalog[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true });
    },
  });
}

const owner = { name: 'cli', scopes: roleScopes.admin };
const dayMs = 86_400_000;
const limits = { idleMs: 3_600_000, lifeMs: 7 * dayMs };
const password = 'correct horse battery';

test('a token lets in as its role, and nothing of its secret is kept', async () => {
  await using needs = await accessNeeds();

  const { token, secret } = await createToken(needs, { name: 'robot', role: 'trainer' }, owner);

  expect(secret).toMatch(/^tintype_[0-9a-f]{20}_[\w-]{43}$/);
  expect(token).toMatchObject({ createdBy: 'cli', scopes: roleScopes.trainer, expiresAt: needs.time + 90 * dayMs });
  const { name, role, scopes, tokenId } = await identifyToken(needs, secret);
  expect({ name, role, scopes, tokenId }).toEqual({
    name: 'robot',
    role: 'trainer',
    scopes: token.scopes,
    tokenId: token.id,
  });
  const kept = JSON.stringify(await needs.catalog.access.findToken(token.id));
  expect(kept).not.toContain(parseToken(secret)?.secret);
});

test('a token stops at its last moment, and at the next request once it is revoked', async () => {
  await using needs = await accessNeeds();
  const { token, secret } = await createToken(needs, { name: 'robot', expiresInDays: 1 }, owner);
  needs.time += dayMs - 1;
  await identifyToken(needs, secret);

  needs.time += 1;
  await expect(identifyToken(needs, secret)).rejects.toMatchObject({ details: { reason: 'expired' } });

  needs.time -= 1;
  await needs.catalog.access.revokeToken(token.id, needs.time);
  await expect(identifyToken(needs, secret)).rejects.toMatchObject({ details: { reason: 'invalid' } });
});

test('when a token was last used is written at most once a minute', async () => {
  await using needs = await accessNeeds();
  const { token, secret } = await createToken(needs, { name: 'robot' }, owner);
  const seen: (number | null | undefined)[] = [];

  for (const passed of [0, 59_999, 1]) {
    needs.time += passed;
    await identifyToken(needs, secret);
    seen.push((await needs.catalog.access.findToken(token.id))?.lastUsedAt);
  }

  expect(seen).toEqual([needs.time - 60_000, needs.time - 60_000, needs.time]);
});

test.each([
  { what: 'a right its role has not', options: { scopes: ['train' as const] }, by: owner, code: 'VALIDATION_FAILED' },
  {
    what: 'a right its giver has not',
    options: { role: 'admin' as const },
    by: { name: 'narrow', scopes: ['admin' as const, 'read' as const] },
    code: 'TOKEN_TOO_STRONG',
  },
  {
    what: 'a longer life than its giver',
    options: {},
    by: { ...owner, expiresAt: 1 },
    days: 30,
    code: 'TOKEN_TOO_STRONG',
  },
  {
    what: 'an endless life from one that ends',
    options: {},
    by: { ...owner, expiresAt: 1 },
    days: null,
    code: 'TOKEN_TOO_STRONG',
  },
])('a token with $what is not made', async ({ options, by, code, days }) => {
  await using needs = await accessNeeds();

  const making = createToken(
    needs,
    { name: 'robot', ...options, ...(days === undefined ? {} : { expiresInDays: days }) },
    by,
  );

  await expect(making).rejects.toMatchObject({ code });
  expect(await needs.catalog.access.listTokens()).toEqual([]);
});

test('a token made by one that ends sooner ends with it, where nothing else is said', async () => {
  await using needs = await accessNeeds();
  const expiresAt = needs.time + dayMs;

  const { token } = await createToken(needs, { name: 'robot' }, { ...owner, expiresAt });
  const endless = await createToken(needs, { name: 'robot', expiresInDays: null }, owner);

  expect([token.expiresAt, endless.token.expiresAt]).toEqual([expiresAt, null]);
});

test.each([
  '',
  'tintype_',
  'x',
  `tintype_${'0'.repeat(20)}_${'A'.repeat(42)}`,
  `tintype_${'0'.repeat(20)}_${'A'.repeat(44)}`,
])('"%s" is no token', async (text) => {
  await using needs = await accessNeeds();

  expect(parseToken(text)).toBeUndefined();
  await expect(identifyToken(needs, text)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});

test('credentials are read back as they were written, and a secret matches its own hash alone', () => {
  const token = { id: `tok_${'0a'.repeat(10)}`, secret: `_${'-'.repeat(42)}` };
  const session = { id: `ses_${'0a'.repeat(10)}`, secret: 'B'.repeat(43) };

  expect(parseToken(renderToken(token))).toEqual(token);
  expect(parsePair(renderPair(session))).toEqual(session);
  expect(parsePair(renderToken(token))).toBeUndefined();
  expect(isSecret('a', hashSecret('a'))).toBe(true);
  expect(isSecret('a', hashSecret('b'))).toBe(false);
  expect(isSecret('a', undefined)).toBe(false);
});

test('a password matches its own hash alone, whatever the cost was, and letters composed either way', async () => {
  const cheap = { log2: 4, blockSize: 8, parallelization: 1 };
  const hash = await hashPassword('pässword-pässword', 'salt', cheap);

  expect(hash).toMatch(/^scrypt:4:8:1:salt:[\w-]{43}$/);
  expect(await isPassword('pa\u0308ssword-pa\u0308ssword', hash)).toBe(true);
  expect(await isPassword('passwort-passwort', hash)).toBe(false);
  expect(await isPassword('nobody', undefined)).toBe(false);
});

test('the link for the first administrator works once, makes an administrator, and none is given after', async () => {
  await using needs = await accessNeeds();
  const invitation = await inviteFirstAdmin(needs);
  const secret = invitation?.path.replace('/join#', '') ?? '';

  const user = await join(needs, { invitation: secret, name: 'ada', password });

  expect(user).toMatchObject({ name: 'ada', role: 'admin', createdBy: 'start' });
  expect(await inviteFirstAdmin(needs)).toBeUndefined();
  const again = join(needs, { invitation: secret, name: 'eve', password });
  await expect(again).rejects.toMatchObject({ code: 'INVITATION_INVALID' });
});

test('a link stops after its time, or with another secret', async () => {
  await using needs = await accessNeeds();
  const { path, expiresAt } = await invite(needs, { role: 'viewer' }, owner);
  const invitation = path.replace('/join#', '');
  const other = invitation.replace(/.{43}$/, needs.newSecret());

  await expect(join(needs, { invitation: other, name: 'eve', password })).rejects.toMatchObject({
    code: 'INVITATION_INVALID',
  });
  needs.time = expiresAt;
  await expect(join(needs, { invitation, name: 'bob', password })).rejects.toMatchObject({
    code: 'INVITATION_INVALID',
  });
});

test.each(['local', 'CLI', 'Start'])('nobody is named %s, as records call whoever has no name', async (name) => {
  await using needs = await accessNeeds();
  const { path } = await invite(needs, { role: 'viewer' }, owner);

  const joining = join(needs, { invitation: path.replace('/join#', ''), name, password });

  await expect(joining).rejects.toMatchObject({ code: 'USER_EXISTS' });
});

test('nobody invites one who may more than oneself', async () => {
  await using needs = await accessNeeds();

  const inviting = invite(needs, { role: 'admin' }, { name: 'narrow', scopes: ['admin'] });

  await expect(inviting).rejects.toMatchObject({ code: 'TOKEN_TOO_STRONG' });
});

test('one signs in with the password chosen, and not with another or under another name', async () => {
  await using needs = await accessNeeds();
  const { path } = await invite(needs, { role: 'annotator' }, owner);
  await join(needs, { invitation: path.replace('/join#', ''), name: 'Ada', password });

  const { identity, secret } = await logIn(needs, { name: 'ADA', password }, limits);

  expect(identity).toMatchObject({ name: 'Ada', role: 'annotator', scopes: roleScopes.annotator });
  expect(await identifySession(needs, secret, limits)).toEqual(identity);
  for (const wrong of [
    { name: 'Ada', password: `${password}x` },
    { name: 'eve', password },
  ]) {
    await expect(logIn(needs, wrong, limits)).rejects.toMatchObject({
      code: 'LOGIN_REFUSED',
      message: 'There is no user with this name and password.',
    });
  }
});

test('a session ends when it is not used, and in any case at last', async () => {
  await using needs = await accessNeeds();
  const { path } = await invite(needs, { role: 'viewer' }, owner);
  const user = await join(needs, { invitation: path.replace('/join#', ''), name: 'bob', password });
  const { secret } = await openSession(needs, user, limits);
  const idle = await openSession(needs, user, limits);
  const begun = needs.time;

  while (needs.time < begun + limits.lifeMs - limits.idleMs) {
    needs.time += limits.idleMs - 1;
    await identifySession(needs, secret, limits);
  }
  await expect(identifySession(needs, idle.secret, limits)).rejects.toMatchObject({ details: { reason: 'expired' } });
  needs.time = begun + limits.lifeMs;
  await expect(identifySession(needs, secret, limits)).rejects.toMatchObject({ details: { reason: 'expired' } });
});
