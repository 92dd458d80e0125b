/** @file For tests: everybody who may ask a server, and everybody who tries to. */
import { type NewTokenOptions, type Role, roleScopes, roles, type Scope } from '@tintype/contracts/access';
import { renderPair, renderToken } from '@tintype/core/access/credentials';
import { openSession } from '@tintype/core/access/sessions';
import { createToken } from '@tintype/core/access/tokens';
import type { Access } from '../identify.ts';

export interface Asker {
  name: string;
  headers: Record<string, string>;
  /** What it may ask for; undefined: nobody knows it. */
  scopes: readonly Scope[] | undefined;
}

const owner = { name: 'owner', scopes: roleScopes.admin };

export async function aToken(
  { needs }: Access,
  options: Partial<NewTokenOptions> = {},
): Promise<{ id: string; secret: string }> {
  const { token, secret } = await createToken(needs, { name: 'robot', ...options }, owner);
  return { id: token.id, secret };
}

/** A user without a password that could be typed. */
export async function aUser({ needs }: Access, name: string, role: Role): Promise<void> {
  const at = needs.clock.now();
  const id = needs.clock.newId('inv');
  const invitation = { id, secretHash: 'ab', role, user: null, isForFirstAdmin: false, createdBy: 'owner' };
  await needs.catalog.access.createInvitation({ ...invitation, createdAt: at, expiresAt: at + 60_000 });
  await needs.catalog.access.acceptInvitation(id, { name, passwordHash: 'none', at });
}

/** The cookie of a new session. */
export async function aSession(access: Access, user: { name: string; role: Role }): Promise<string> {
  return `tintype_session=${(await openSession(access.needs, user, access.sessionLimits)).secret}`;
}

export const bearer = (secret: string): Record<string, string> => ({ authorization: `Bearer ${secret}` });
/** As a page of this server sends it. */
const fromPage = (cookie: string): Record<string, string> => ({ cookie, 'sec-fetch-site': 'same-origin' });

/** Those who are known, by role and by how they say who they are. */
export async function everybodyKnown(access: Access): Promise<Asker[]> {
  const known: Asker[] = [];
  for (const role of roles) {
    const { secret } = await aToken(access, { name: role, role });
    known.push({ name: `token of a ${role}`, headers: bearer(secret), scopes: roleScopes[role] });
    await aUser(access, `session-${role}`, role);
    const cookie = await aSession(access, { name: `session-${role}`, role });
    known.push({ name: `session of a ${role}`, headers: fromPage(cookie), scopes: roleScopes[role] });
  }
  for (const scope of ['predict', 'read', 'admin'] as const) {
    const { secret } = await aToken(access, { name: `only-${scope}`, role: 'admin', scopes: [scope] });
    known.push({ name: `token for ${scope} only`, headers: bearer(secret), scopes: [scope] });
  }
  return known;
}

/** Those who are not: each shows something that once let somebody in, or looks as if it might. */
export async function everybodyUnknown(access: Access): Promise<Asker[]> {
  const { needs } = access;
  const admin = await aToken(access, { name: 'real', role: 'admin' });
  const revoked = await aToken(access, { name: 'revoked', role: 'admin' });
  await needs.catalog.access.revokeToken(revoked.id, needs.clock.now());
  const expired = await aToken(access, { name: 'expired', role: 'admin', expiresInDays: 1e-9 });
  const secret = needs.newSecret();

  await aUser(access, 'gone', 'admin');
  await aUser(access, 'stays', 'admin');
  const ofDisabled = await aSession(access, { name: 'gone', role: 'admin' });
  await needs.catalog.access.updateUser('gone', { disabledAt: needs.clock.now() });
  const ended = await aSession(access, { name: 'stays', role: 'admin' });
  await needs.catalog.access.endSession(/ses_\w{20}/.exec(ended)?.[0] ?? '');
  const real = await aSession(access, { name: 'stays', role: 'admin' });
  const old = { id: needs.clock.newId('ses'), secret };
  await needs.catalog.access.createSession({
    id: old.id,
    secretHash: 'ab'.repeat(32),
    user: 'stays',
    createdAt: 1,
    usedAt: needs.clock.now(),
  });

  const shown: Record<string, Record<string, string>> = {
    nobody: {},
    'an empty header': { authorization: '' },
    'a malformed token': bearer('tintype_123'),
    'a token cut short': bearer(admin.secret.slice(0, -1)),
    'a token with another secret': bearer(renderToken({ id: admin.id, secret })),
    'a token nobody made': bearer(renderToken({ id: `tok_${'0'.repeat(20)}`, secret })),
    'a revoked token': bearer(revoked.secret),
    'an expired token': bearer(expired.secret),
    'a token as Basic': { authorization: `Basic ${Buffer.from(`admin:${admin.secret}`).toString('base64')}` },
    'a token as a cookie': fromPage(`tintype_session=${admin.secret}`),
    'a token as another header': { 'x-api-key': admin.secret, token: admin.secret },
    'two tokens in one header': { authorization: `Bearer ${admin.secret}, Bearer ${admin.secret}` },
    'a session as a token': bearer(real.slice('tintype_session='.length)),
    'a session that was ended': fromPage(ended),
    'a session of one who was kept out': fromPage(ofDisabled),
    'a session with another secret': fromPage(`tintype_session=${/ses_\w{20}/.exec(real)?.[0]}.${secret}`),
    'a session from too long ago': fromPage(`tintype_session=${renderPair(old)}`),
    'a session nobody has': fromPage(`tintype_session=${renderPair({ id: `ses_${'0'.repeat(20)}`, secret })}`),
    'a session on a page elsewhere': { cookie: real, origin: 'https://listed.example' },
    'names of a proxy': { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1', 'x-forwarded-user': 'admin' },
  };
  return Object.entries(shown).map(([name, headers]) => ({ name, headers, scopes: undefined }));
}
