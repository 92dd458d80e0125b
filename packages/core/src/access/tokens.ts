/** @file Makes tokens and knows whom one lets in. */
import {
  type ApiToken,
  defaultTokenDays,
  type Identity,
  type NewTokenOptions,
  newTokenBodySchema,
  roleScopes,
  type Scope,
} from '@tintype/contracts/access';
import { TintypeError } from '@tintype/contracts/errors';
import { hashSecret, isSecret, parseToken, renderToken } from './credentials.ts';
import type { AccessNeeds, Giver } from './needs.types.ts';

const dayMs = 86_400_000;
/** How exact `lastUsedAt` is: it is written at most this often. */
const touchMs = 60_000;

/** `secret` is shown this once. Throws TOKEN_TOO_STRONG where it would have more rights than its giver, or for longer. */
export async function createToken(
  { catalog, clock, newSecret }: AccessNeeds,
  options: NewTokenOptions,
  by: Giver,
): Promise<{ token: ApiToken; secret: string }> {
  const { name, role, scopes = [...roleScopes[options.role ?? 'viewer']] } = newTokenBodySchema.parse(options);
  assertScopes(scopes, roleScopes[role]);
  assertGiven(scopes, by);
  const at = clock.now();
  const token: ApiToken = {
    id: clock.newId('tok'),
    name,
    role,
    scopes: [...new Set(scopes)],
    createdBy: by.name,
    createdAt: at,
    expiresAt: expiryOf(options.expiresInDays, { at, by }),
    lastUsedAt: null,
    revokedAt: null,
  };
  const secret = newSecret();
  await catalog.access.createToken({ ...token, secretHash: hashSecret(secret) });
  return { token, secret: renderToken({ id: token.id, secret }) };
}

function assertScopes(wanted: readonly Scope[], allowed: readonly Scope[]): void {
  const more = wanted.filter((scope) => !allowed.includes(scope));
  if (more.length === 0) return;
  const message = `the role does not have ${more.join(', ')}`;
  throw new TintypeError('VALIDATION_FAILED', { errors: [{ pointer: '/scopes', message }] });
}

/** Throws TOKEN_TOO_STRONG. */
export function assertGiven(wanted: readonly Scope[], by: Giver): void {
  const more = wanted.filter((scope) => !by.scopes.includes(scope));
  if (more.length > 0) throw new TintypeError('TOKEN_TOO_STRONG', { problem: `it would have ${more.join(', ')}` });
}

/** By default that of its giver, where that is sooner. */
function expiryOf(days: number | null | undefined, { at, by }: { at: number; by: Giver }): number | null {
  const last = by.expiresAt ?? Number.POSITIVE_INFINITY;
  if (days === undefined) return Math.min(at + defaultTokenDays * dayMs, last);
  const expiresAt = days === null ? Number.POSITIVE_INFINITY : at + Math.round(days * dayMs);
  if (expiresAt > last) throw new TintypeError('TOKEN_TOO_STRONG', { problem: 'it would last longer' });
  return Number.isFinite(expiresAt) ? expiresAt : null;
}

/** Asks the catalog each time, so that a token that is revoked, by whatever process, is so at the next request. Throws UNAUTHENTICATED. */
export async function identifyToken({ catalog, clock }: AccessNeeds, text: string): Promise<Identity> {
  const credential = parseToken(text);
  if (!credential) throw new TintypeError('UNAUTHENTICATED', { reason: 'invalid' });
  const token = await catalog.access.findToken(credential.id);
  const isRight = isSecret(credential.secret, token?.secretHash);
  if (!token || !isRight || token.revokedAt !== null) throw new TintypeError('UNAUTHENTICATED', { reason: 'invalid' });
  const now = clock.now();
  if (token.expiresAt !== null && token.expiresAt <= now)
    throw new TintypeError('UNAUTHENTICATED', { reason: 'expired' });
  // That this cannot be written, on a full disk, keeps nobody out.
  if (now - (token.lastUsedAt ?? 0) >= touchMs) await catalog.access.touchToken(token.id, now).catch(() => undefined);
  const { id, name, role, scopes, expiresAt } = token;
  return { name, role, scopes, tokenId: id, ...(expiresAt === null ? {} : { expiresAt }) };
}
