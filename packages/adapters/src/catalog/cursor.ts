/** @file Pages and their opaque cursors: the key of the last row, so that page 500 costs what page 1 costs. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Page } from '@tintype/contracts/ids';

export type CursorKey = readonly (string | number)[];

function renderCursor(key: CursorKey): string {
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

/** `rows` are one more than `limit` where another page follows; `keyOf` is what its cursor holds. */
export function toPage<Row, Item>(
  rows: readonly Row[],
  {
    limit,
    total,
    toItem,
    keyOf,
  }: { limit: number; total: number; toItem: (row: Row) => Item; keyOf: (row: Row) => CursorKey },
): Page<Item> {
  const items = rows.slice(0, limit).map(toItem);
  const last = rows[limit - 1];
  return rows.length > limit && last ? { items, total, nextCursor: renderCursor(keyOf(last)) } : { items, total };
}

function decode(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
