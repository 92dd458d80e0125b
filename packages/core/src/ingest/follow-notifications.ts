/** @file A place in a bucket is followed by what the cloud tells of it. What it tells twice, late or never does no harm: it only says where to look, and everything is looked at now and then. */
import type { Clock } from '../ports/clock.ts';
import type { Notification, Notifications } from '../ports/notifications.ts';

export interface FollowNeeds {
  notifications: Notifications;
  clock: Pick<Clock, 'now'>;
}

export interface FollowRequest {
  /** Events of other places are passed over. */
  place: { bucket: string; prefix: string };
  /** Longest time between two looks at everything; the first one comes at once. */
  sweepEveryMs: number;
  /** Looks at everything. */
  sweep: () => Promise<void>;
  /** Looks at these keys below the place, each once. */
  look: (keys: readonly string[]) => Promise<void>;
  /** Messages that are not about objects: they are left to the queue. */
  onForeign?: (count: number) => void;
  signal: AbortSignal;
}

const longestWaitMs = 10_000;
/** Messages that are taken together: each look has a cost of its own. */
const mostTogether = 500;

/** Ends when the signal falls. Throws what a look throws, and NOTIFICATIONS_DENIED or NOTIFICATIONS_UNREACHABLE; what was not looked at then is told again. */
export async function followNotifications(needs: FollowNeeds, request: FollowRequest): Promise<void> {
  const { notifications, clock } = needs;
  const { sweepEveryMs, sweep, look, onForeign, signal } = request;
  let sweepAt = clock.now();
  while (!signal.aborted) {
    if (clock.now() >= sweepAt) {
      await sweep();
      sweepAt = clock.now() + sweepEveryMs;
    }
    const waitMs = Math.min(longestWaitMs, Math.max(0, sweepAt - clock.now()));
    const received = await receiveTogether(notifications, { waitMs, signal });
    const understood = received.filter(({ objects }) => objects !== undefined);
    if (understood.length < received.length) onForeign?.(received.length - understood.length);
    const keys = keysBelow(request.place, understood);
    if (keys.length > 0) await look(keys);
    // What is killed before this is told again.
    if (understood.length > 0) await notifications.settle(understood);
  }
}

/** Waits for the first message, and takes what else is there already. */
async function receiveTogether(
  notifications: Notifications,
  { waitMs, signal }: { waitMs: number; signal: AbortSignal },
): Promise<Notification[]> {
  const together: Notification[] = [];
  let received = await notifications.receive({ waitMs, signal });
  while (received.length > 0) {
    together.push(...received);
    if (together.length >= mostTogether) break;
    received = await notifications.receive({ waitMs: 0, signal });
  }
  return together;
}

function keysBelow({ bucket, prefix }: FollowRequest['place'], notifications: readonly Notification[]): string[] {
  const keys = new Set<string>();
  for (const { objects = [] } of notifications) {
    for (const event of objects)
      if (event.bucket === bucket && event.key.startsWith(prefix)) keys.add(event.key.slice(prefix.length));
  }
  return [...keys];
}
