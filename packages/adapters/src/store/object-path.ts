/** @file Which keys a store takes: short plain names, so that no key can name a place outside its folder or its prefix. */
import { TintypeError } from '@tintype/contracts/errors';

const segment = /^[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}$/;
/** Where the store keeps unfinished files; no object can be there. */
export const temporaryFolder = 'tmp';

export function isObjectKey(key: string): boolean {
  const segments = key.split('/');
  return segments.every((part) => segment.test(part)) && segments[0] !== temporaryFolder;
}

/** Throws USAGE_INVALID. */
export function assertObjectKey(key: string): void {
  if (isObjectKey(key)) return;
  throw new TintypeError('USAGE_INVALID', { problem: `${JSON.stringify(key)} is not a key of the object store.` });
}

/** Folder part (with its slash) and beginning of a name: `models/a` lists `models/ab` and `models/a/b`. Throws USAGE_INVALID. */
export function splitPrefix(prefix: string): { folder: string; start: string } {
  if (prefix !== '') assertObjectKey(prefix.replace(/\/$/, ''));
  const slash = prefix.lastIndexOf('/') + 1;
  return { folder: prefix.slice(0, slash), start: prefix.slice(slash) };
}
