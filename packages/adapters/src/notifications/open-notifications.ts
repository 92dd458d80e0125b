/** @file A queue of events by its address; the cloud's library is loaded when it is needed. */
import type { Config } from '@tintype/contracts/config';
import type { Notifications } from '@tintype/core/ports/notifications';

export type NotificationsAddress = { queue: string } | { subscription: string };

/** Throws USAGE_INVALID. */
export async function openNotifications(
  address: NotificationsAddress,
  { s3 }: { s3: Config['s3'] },
): Promise<Notifications> {
  if ('queue' in address) {
    const { openSqsQueue } = await import('./open-sqs-queue.ts');
    return openSqsQueue({ url: address.queue, settings: s3 });
  }
  const { openPubsubSubscription } = await import('./open-pubsub-subscription.ts');
  return openPubsubSubscription({ name: address.subscription });
}
