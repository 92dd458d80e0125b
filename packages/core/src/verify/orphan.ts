/** @file Objects that no row speaks of: left by whoever was killed between bytes and rows, or not spoken of yet. */
import type { CheckContext, Found } from './check.types.ts';
import { quarantine } from './quarantine.ts';

/** Whoever puts an object writes its row long before this is over. */
const youngMs = 3_600_000;

export function orphan(context: CheckContext, key: string): Found {
  return {
    kind: 'orphan',
    subject: key,
    detail: `No row speaks of ${key}.`,
    async mend() {
      const writtenAt = await context.store.modifiedAt(key);
      if (writtenAt === undefined || context.clock.now() - writtenAt < youngMs) return undefined;
      await quarantine(context, key, 'no row speaks of it');
      return 'It is in quarantine/.';
    },
  };
}
