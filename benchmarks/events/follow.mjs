/** @file What both halves of the measurement share: a catalog, a store in memory, pictures that need no decoding, and following until the queue is empty. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openSqliteCatalog } from '@tintype/adapters/catalog/open-sqlite-catalog';
import { systemClock as clock } from '@tintype/adapters/clock';
import { TintypeError } from '@tintype/contracts/errors';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { followNotifications } from '@tintype/core/ingest/follow-notifications';

/** Any bytes are a picture, but those that say otherwise. */
const pool = {
  run: async (_task, { bytes }) => {
    if (Buffer.from(bytes).toString().startsWith('note')) throw new TintypeError('IMAGE_UNRECOGNIZED', {});
    const perceptualHash = '00ff00ff00ff00ff';
    return { format: 'jpeg', widthPx: 4, heightPx: 3, perceptualHash, thumbnail: new Uint8Array([1]) };
  },
};

export const request = { dataset: 'd', labels: 'folder', annotator: 'bench', limits };

export async function openNeeds() {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-events-'));
  const catalog = await openSqliteCatalog({ path: join(folder, 'catalog.sqlite'), clock });
  const objects = new Map();
  const store = {
    putsAtOnce: 64,
    put: async (key, bytes) => void objects.set(key, bytes),
    find: async (key) => objects.has(key) && { key, sizeBytes: objects.get(key).byteLength },
  };
  const close = async () => {
    await catalog[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true, force: true });
  };
  return { needs: { catalog, store, pool, clock }, objects, close };
}

/** Random, and the same every time. */
export function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Each event 1 to 5 times, one in fifty never, in any order; a tenth of what is told comes only when everything else is over. */
export function planDeliveries(events, random) {
  const told = [];
  let dropped = 0;
  for (const event of events) {
    if (random() < 0.02) {
      dropped += 1;
      continue;
    }
    for (let copies = 1 + Math.floor(random() * 5); copies > 0; copies -= 1) told.push({ event, at: random() });
  }
  told.sort((a, b) => a.at - b.at);
  const isLate = ({ at }) => at > 0.9;
  return {
    dropped,
    delivered: told.length,
    early: told.filter((one) => !isLate(one)).map(({ event }) => event),
    late: told.filter(isLate).map(({ event }) => event),
  };
}

/** Follows until the queue is empty; the look at everything that following begins with is counted too. */
export async function followUntilEmpty({ notifications, queue, place, look }) {
  const stop = new AbortController();
  const following = followNotifications(
    { notifications, clock },
    { place, sweepEveryMs: 3_600_000, sweep: () => look(), look, signal: stop.signal },
  );
  while (queue.size > 0) await Promise.race([sleep(20), following]);
  stop.abort();
  await following;
}
