/** @file A bucket of Google's, followed by Pub/Sub while its objects appear, change and go: it must end as one look at everything would. */
import { openGcsBucket } from '@tintype/adapters/buckets/open-gcs-bucket';
import { startFakeGcs } from '@tintype/adapters/buckets/testing/fake-gcs';
import { openPubsubSubscription } from '@tintype/adapters/notifications/open-pubsub-subscription';
import { startFakePubsub } from '@tintype/adapters/notifications/testing/fake-pubsub';
import { gcsMessage } from '@tintype/adapters/notifications/testing/messages';
import { openBucketSource } from '@tintype/adapters/sources/open-bucket-source';
import { syncSource } from '@tintype/core/ingest/sync-source';
import { createRandom, followUntilEmpty, openNeeds, planDeliveries, request } from './follow.mjs';

export async function measureSync(count) {
  const [cloud, pubsub, opened] = [await startFakeGcs(), await startFakePubsub(), await openNeeds()];
  const address = { scheme: 'gs', bucket: 'photos', prefix: 'in/' };
  const bucket = await openGcsBucket({ address, endpoint: cloud.endpoint });
  const sums = { added: 0, changed: 0, deleted: 0, duplicates: 0 };
  const look = async (keys) => {
    const source = openBucketSource(bucket, { bytes: 10_000, ...(keys ? { keys } : {}) });
    const only = keys ? { paths: keys } : {};
    const report = await syncSource({ ...opened.needs, source }, { ...request, ...only });
    for (const name of Object.keys(sums)) sums[name] += report[name];
  };
  const follow = {
    notifications: await openPubsubSubscription({ name: pubsub.name, endpoint: pubsub.cloud.endpoint }),
    queue: pubsub.queue,
    place: address,
    look,
  };
  const random = createRandom(11);
  const keyOf = (number) => `in/class ${number % 5}/ü+${number}.jpg`;
  const numbers = Array.from({ length: count }, (_, number) => number);
  const tell = async (events, change) => {
    const plan = planDeliveries(events, random);
    change();
    for (const key of [...plan.early, ...plan.late]) pubsub.queue.send(gcsMessage({ bucket: 'photos', key }));
    await followUntilEmpty(follow);
    await look();
    return plan;
  };
  try {
    const startedAt = performance.now();
    const made = await tell(numbers.map(keyOf), () => {
      for (const number of numbers) cloud.put(`photos/${keyOf(number)}`, `picture ${number}`);
    });
    const [changed, gone] = [numbers.filter((n) => n % 10 === 3), numbers.filter((n) => n % 20 === 5)];
    const moved = await tell([...changed, ...gone].map(keyOf), () => {
      for (const number of changed) cloud.put(`photos/${keyOf(number)}`, `other picture ${number}`);
      for (const number of gone) cloud.objects.delete(`photos/${keyOf(number)}`);
    });
    const seconds = (performance.now() - startedAt) / 1000;
    const left = { present: 0, labels: 0 };
    for await (const { id } of opened.needs.catalog.samples.stream({ dataset: 'd' })) {
      left.present += 1;
      left.labels += (await opened.needs.catalog.samples.listLabelEvents(id)).length;
    }
    const isOneEach =
      sums.added === count + changed.length - sums.changed &&
      sums.changed === changed.length &&
      sums.deleted === gone.length &&
      sums.duplicates === 0 &&
      left.present === count - gone.length &&
      left.labels === left.present;
    const delivered = made.delivered + moved.delivered;
    return { objects: count, delivered, dropped: made.dropped + moved.dropped, seconds, ...sums, ...left, isOneEach };
  } finally {
    await follow.notifications[Symbol.asyncDispose]();
    for (const server of [cloud, pubsub]) await server[Symbol.asyncDispose]();
    await opened.close();
  }
}
