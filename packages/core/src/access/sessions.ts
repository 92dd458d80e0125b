/** @file Sessions of people who signed in with a password. */
import { type Identity, roleScopes, type User } from '@tintype/contracts/access';
import { TintypeError } from '@tintype/contracts/errors';
import { hashSecret, isSecret, parsePair, renderPair } from './credentials.ts';
import type { AccessNeeds, SessionLimits } from './needs.types.ts';
import { isPassword } from './passwords.ts';

const touchMs = 60_000;

/** `secret` is what the cookie holds. */
export interface OpenedSession {
  identity: Identity;
  secret: string;
}

/** Throws LOGIN_REFUSED, which does not say whether there is such a user. */
export async function logIn(
  needs: AccessNeeds,
  { name, password }: { name: string; password: string },
  limits: SessionLimits,
): Promise<OpenedSession> {
  const user = await needs.catalog.access.findUser(name);
  const isRight = await isPassword(password, user?.passwordHash);
  if (!user || !isRight || user.disabledAt !== null) throw new TintypeError('LOGIN_REFUSED', {});
  return openSession(needs, user, limits);
}

/** Also takes away the sessions that have ended by themselves. */
export async function openSession(
  { catalog, clock, newSecret }: AccessNeeds,
  user: Pick<User, 'name' | 'role'>,
  limits: SessionLimits,
): Promise<OpenedSession> {
  const now = clock.now();
  await catalog.access.removeOldSessions({ createdAt: now - limits.lifeMs, usedAt: now - limits.idleMs });
  const id = clock.newId('ses');
  const secret = newSecret();
  await catalog.access.createSession({
    id,
    secretHash: hashSecret(secret),
    user: user.name,
    createdAt: now,
    usedAt: now,
  });
  return { identity: identityOf(id, user), secret: renderPair({ id, secret }) };
}

const identityOf = (sessionId: string, { name, role }: Pick<User, 'name' | 'role'>): Identity => ({
  name,
  role,
  scopes: roleScopes[role],
  sessionId,
});

/** Throws UNAUTHENTICATED. */
export async function identifySession(
  { catalog, clock }: AccessNeeds,
  text: string,
  limits: SessionLimits,
): Promise<Identity> {
  const credential = parsePair(text);
  const session = credential && (await catalog.access.findSession(credential.id));
  const isRight = isSecret(credential?.secret ?? '', session?.secretHash);
  if (!session || !isRight) throw new TintypeError('UNAUTHENTICATED', { reason: 'invalid' });
  const now = clock.now();
  if (now - session.usedAt >= limits.idleMs || now - session.createdAt >= limits.lifeMs)
    throw new TintypeError('UNAUTHENTICATED', { reason: 'expired' });
  if (now - session.usedAt >= touchMs) await catalog.access.touchSession(session.id, now).catch(() => undefined);
  return identityOf(session.id, { name: session.user, role: session.role });
}
