/** @file The content hash of a picture in a process that must not be held up. */
import { createHash } from 'node:crypto';

/** About a millisecond of hashing; more than that is done on another thread. */
const hashedHereBytes = 2 ** 20;

/** SHA-256 in hexadecimal digits. */
export function computeContentHash(bytes: Uint8Array): string | Promise<string> {
  if (bytes.length <= hashedHereBytes) return createHash('sha256').update(bytes).digest('hex');
  return crypto.subtle
    .digest('SHA-256', bytes as Uint8Array<ArrayBuffer>)
    .then((digest) => Buffer.from(digest).toString('hex'));
}
