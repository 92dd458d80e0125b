/** @file Links that make a user once: nobody but the user ever knows the password, and there is none by default. */
import { type Role, roleScopes, type User } from '@tintype/contracts/access';
import { TintypeError } from '@tintype/contracts/errors';
import { hashSecret, isSecret, parsePair, renderPair } from './credentials.ts';
import type { AccessNeeds, Giver } from './needs.types.ts';
import { hashPassword } from './passwords.ts';
import { assertGiven } from './tokens.ts';

const firstAdminMs = 30 * 60_000;
const invitationMs = 48 * 3_600_000;

/** What records say of whoever has no name: nobody may be taken for them. */
const ownNames: readonly string[] = ['local', 'cli', 'start', 'ingest', 'system'];
const isOwnName = (name: string): boolean => ownNames.includes(name.toLowerCase());

export interface Invitation {
  /** Address on the server. What is behind # never leaves the browser but in the body of the request that uses it. */
  path: string;
  role: Role;
  expiresAt: number;
}

/** With `user`, the link lets that user choose a new password. Throws TOKEN_TOO_STRONG and USER_NOT_FOUND. */
export async function invite(
  needs: AccessNeeds,
  options: { role: Role; user?: string | undefined },
  by: Giver,
): Promise<Invitation> {
  const known = options.user === undefined ? undefined : await getUser(needs, options.user);
  const role = known?.role ?? options.role;
  assertGiven(roleScopes[role], by);
  return create(needs, { role, user: known?.name ?? null, by: by.name, lifeMs: invitationMs });
}

/** Undefined where an administrator is there. Links that were made so before stop working. */
export async function inviteFirstAdmin(needs: AccessNeeds): Promise<Invitation | undefined> {
  if (await needs.catalog.access.hasAdmin()) return undefined;
  return create(needs, { role: 'admin', user: null, by: 'start', lifeMs: firstAdminMs, isForFirstAdmin: true });
}

async function getUser({ catalog }: AccessNeeds, name: string): Promise<User> {
  const user = await catalog.access.findUser(name);
  if (!user) throw new TintypeError('USER_NOT_FOUND', { user: name });
  return user;
}

interface NewInvitation {
  role: Role;
  user: string | null;
  by: string;
  lifeMs: number;
  isForFirstAdmin?: boolean;
}

async function create(
  { catalog, clock, newSecret }: AccessNeeds,
  { role, user, by, lifeMs, isForFirstAdmin = false }: NewInvitation,
): Promise<Invitation> {
  const createdAt = clock.now();
  const expiresAt = createdAt + lifeMs;
  const id = clock.newId('inv');
  const secret = newSecret();
  const secretHash = hashSecret(secret);
  await catalog.access.createInvitation({
    id,
    secretHash,
    role,
    user,
    isForFirstAdmin,
    createdBy: by,
    createdAt,
    expiresAt,
  });
  return { path: `/join#${renderPair({ id, secret })}`, role, expiresAt };
}

/** Throws INVITATION_INVALID, USER_EXISTS, USER_NOT_FOUND. */
export async function join(
  { catalog, clock, newSecret }: AccessNeeds,
  { invitation, name, password }: { invitation: string; name: string; password: string },
): Promise<User> {
  const at = clock.now();
  const credential = parsePair(invitation);
  const found = credential && (await catalog.access.findInvitation(credential.id, at));
  if (!found || !isSecret(credential.secret, found.secretHash)) throw new TintypeError('INVITATION_INVALID', {});
  // Asked before the costly hash, and again by the store.
  if (found.user === null && (isOwnName(name) || (await catalog.access.findUser(name))))
    throw new TintypeError('USER_EXISTS', { user: name });
  const passwordHash = await hashPassword(password, newSecret());
  return catalog.access.acceptInvitation(found.id, { name, passwordHash, at: clock.now() });
}
