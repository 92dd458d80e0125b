/** @file A drop zone in S3, followed by SQS: every object must be taken or refused once. */
import { openS3Bucket } from '@tintype/adapters/buckets/open-s3-bucket';
import { startFakeS3 } from '@tintype/adapters/buckets/testing/fake-s3';
import { openSqsQueue } from '@tintype/adapters/notifications/open-sqs-queue';
import { startFakeSqs } from '@tintype/adapters/notifications/testing/fake-sqs';
import { s3Message } from '@tintype/adapters/notifications/testing/messages';
import { openBucketSource } from '@tintype/adapters/sources/open-bucket-source';
import { sweepDropZone } from '@tintype/core/ingest/sweep-drop-zone';
import { createRandom, followUntilEmpty, openNeeds, planDeliveries, request } from './follow.mjs';

const isNote = (number) => number % 50 === 7;

export async function measureDropZone(count) {
  const [cloud, sqs, opened] = [await startFakeS3(), await startFakeSqs(), await openNeeds()];
  const open = (prefix) =>
    openS3Bucket({ address: { scheme: 's3', bucket: 'photos', prefix }, settings: { endpoint: cloud.endpoint } });
  const [zone, refusals] = [await open('upload/'), await open('rejected/')];
  const sums = { added: 0, duplicates: 0, rejected: 0 };
  const look = async (keys) => {
    const source = openBucketSource(zone, { bytes: 10_000, offersAll: true, ...(keys ? { keys } : {}) });
    const report = await sweepDropZone({ ...opened.needs, zone, source, refusals }, request);
    for (const name of Object.keys(sums)) sums[name] += report[name];
  };
  const follow = {
    notifications: await openSqsQueue({ url: sqs.url }),
    queue: sqs.queue,
    place: { bucket: 'photos', prefix: 'upload/' },
    look,
  };
  const keys = Array.from({ length: count }, (_, number) => `upload/class ${number % 5}/ü+${number}.jpg`);
  const plan = planDeliveries(keys, createRandom(7));
  const send = (key) => sqs.queue.send(s3Message({ bucket: 'photos', key }));
  try {
    // The first look at everything must not find what is to be told.
    await followUntilEmpty(follow);
    for (const [number, key] of keys.entries())
      cloud.put(`photos/${key}`, `${isNote(number) ? 'note' : 'picture'} ${number}`);
    const startedAt = performance.now();
    for (const key of plan.early) send(key);
    await followWithoutSweep(follow);
    const untold = [...cloud.objects.keys()].filter((path) => path.startsWith('photos/upload/')).length;
    await look();
    for (const key of plan.late) send(key);
    await followUntilEmpty(follow);
    const seconds = (performance.now() - startedAt) / 1000;
    const notes = keys.filter((_, number) => isNote(number)).length;
    const paths = [...cloud.objects.keys()];
    const labels = await countLabels(opened.needs.catalog);
    const isOneEach =
      sums.added === count - notes &&
      sums.rejected === notes &&
      sums.duplicates === 0 &&
      labels.samples === count - notes &&
      labels.labels === count - notes &&
      [...opened.objects.keys()].filter((key) => key.startsWith('sources/')).length === count - notes &&
      paths.length === 2 * notes &&
      paths.every((path) => path.startsWith('photos/rejected/'));
    return { objects: count, delivered: plan.delivered, dropped: plan.dropped, untold, seconds, ...sums, isOneEach };
  } finally {
    await follow.notifications[Symbol.asyncDispose]();
    for (const server of [cloud, sqs]) await server[Symbol.asyncDispose]();
    await opened.close();
  }
}

/** As following does between two looks at everything. */
function followWithoutSweep(follow) {
  let isFirst = true;
  const look = async (keys) => {
    if (isFirst && keys === undefined) isFirst = false;
    else await follow.look(keys);
  };
  return followUntilEmpty({ ...follow, look });
}

async function countLabels(catalog) {
  const counts = { samples: 0, labels: 0 };
  for await (const { id } of catalog.samples.stream({ dataset: 'd' })) {
    counts.samples += 1;
    counts.labels += (await catalog.samples.listLabelEvents(id)).length;
  }
  return counts;
}
