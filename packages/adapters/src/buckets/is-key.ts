/** @file What can be a key of S3 and Google at all: servers answer other texts in ways of their own, so they are not asked. */

const longestKeyBytes = 1024;

/** Nothing can be under a key that is not. */
export function isKey(key: string): boolean {
  return key !== '' && !key.includes('\0') && Buffer.byteLength(key) <= longestKeyBytes;
}
