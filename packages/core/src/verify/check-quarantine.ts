/** @file What quarantine still has of objects that are in their places again: left by whoever was killed while bringing them back. */
import { objectKeys } from '../ports/object-store.ts';
import type { CheckContext, Found } from './check.types.ts';
import { discardAside, hashObject, noteEnd } from './quarantine.ts';

const folder = objectKeys.quarantine('');

/** Only a copy with the very bytes of its object is too many: what differs is what somebody may want to look at. */
export async function* checkQuarantine({
  store,
  isQuick,
}: Pick<CheckContext, 'store' | 'isQuick'>): AsyncGenerator<Found> {
  if (isQuick) return;
  for await (const { key: aside, sizeBytes } of store.list(folder)) {
    if (aside.endsWith(noteEnd)) continue;
    const key = aside.slice(folder.length);
    if ((await store.find(key))?.sizeBytes !== sizeBytes) continue;
    if ((await hashObject(store, key)).sha256 !== (await hashObject(store, aside)).sha256) continue;
    yield {
      kind: 'unfinished',
      subject: aside,
      detail: `${key} is in its place, and a copy of it in quarantine.`,
      async mend() {
        await discardAside(store, key);
        return 'The copy is removed.';
      },
    };
  }
}
