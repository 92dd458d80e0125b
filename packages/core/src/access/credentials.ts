/** @file What lets somebody in, as text: an id that is looked up, and 256 random bits of which only the SHA-256 is kept. Pure. */
import { createHash, timingSafeEqual } from 'node:crypto';

export interface Credential {
  /** `tok_`, `ses_` or `inv_` and 20 hexadecimal digits. */
  id: string;
  /** 43 characters of base64url. */
  secret: string;
}

/** The prefix lets scanners of source code find a token that was left in it. */
const tokenPattern = /^tintype_([0-9a-f]{20})_([\w-]{43})$/;
const pairPattern = /^((?:ses|inv)_[0-9a-f]{20})\.([\w-]{43})$/;

export const renderToken = ({ id, secret }: Credential): string => `tintype_${id.replace('tok_', '')}_${secret}`;

export function parseToken(text: string): Credential | undefined {
  const [, digits, secret] = tokenPattern.exec(text) ?? [];
  return digits && secret ? { id: `tok_${digits}`, secret } : undefined;
}

/** Of sessions and invitations. */
export const renderPair = ({ id, secret }: Credential): string => `${id}.${secret}`;

export function parsePair(text: string): Credential | undefined {
  const [, id, secret] = pairPattern.exec(text) ?? [];
  return id && secret ? { id, secret } : undefined;
}

/** A secret of 256 random bits needs no slow hash. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex');

const nobodysHash = '0'.repeat(64);

/** Takes as long whatever the secret is, also where there is no hash to compare it with. */
export function isSecret(secret: string, hash: string | undefined): boolean {
  const isSame = timingSafeEqual(Buffer.from(hashSecret(secret), 'hex'), Buffer.from(hash ?? nobodysHash, 'hex'));
  return isSame && hash !== undefined;
}
