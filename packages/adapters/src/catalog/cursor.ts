/** @file Opaque cursors: the key of the last row of a page, so that page 500 costs what page 1 costs. */
import { TintypeError } from '@tintype/contracts/errors';

export type CursorKey = readonly (string | number)[];

export function renderCursor(key: CursorKey): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

/** Throws VALIDATION_FAILED unless the cursor holds values like those of `shape`. */
export function parseCursor<K extends CursorKey>(cursor: string, shape: K): K {
  const key = decode(cursor);
  const isKey =
    Array.isArray(key) && key.length === shape.length && shape.every((like, i) => typeof key[i] === typeof like);
  if (!isKey) {
    throw new TintypeError('VALIDATION_FAILED', {
      errors: [{ pointer: '/cursor', message: 'is not a cursor of this list' }],
    });
  }
  return key as unknown as K;
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
