/** @file For tests: pictures as explorations see them, without any behind them. */
import { createHash } from 'node:crypto';
import type { ExploredRow } from './explored-rows.ts';

/** In id order; all of one class, in no split, 40 x 30 pixels, unless `change` says otherwise. */
export function someRows(count: number, change: (n: number) => Partial<ExploredRow> = () => ({})): ExploredRow[] {
  return Array.from({ length: count }, (_, n) => {
    const contentHash = createHash('sha256').update(`picture ${n}`).digest('hex');
    return {
      id: `s_${String(n).padStart(20, '0')}`,
      dataset: 'pets',
      contentHash,
      path: `cat/${n}.jpg`,
      format: 'jpeg',
      widthPx: 40,
      heightPx: 30,
      sizeBytes: 1000,
      perceptualHash: contentHash.slice(0, 16),
      className: 'cat',
      group: null,
      createdAt: n,
      removedAt: null,
      split: null,
      ...change(n),
    };
  });
}
