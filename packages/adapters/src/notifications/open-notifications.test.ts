/** @file Queues of both clouds through their own protocols, on servers of this machine: the contract, and what is said when they fail. */
import { notificationsContract } from '@tintype/core/ports/notifications.contract';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { type FakeCloud, first } from '../buckets/testing/fake-cloud.ts';
import { openNotifications } from './open-notifications.ts';
import { openPubsubSubscription } from './open-pubsub-subscription.ts';
import { openSqsQueue } from './open-sqs-queue.ts';
import { parseGcsAttributes, parseS3Message } from './parse-message.ts';
import { type FakePubsub, startFakePubsub } from './testing/fake-pubsub.ts';
import { type FakeSqs, startFakeSqs } from './testing/fake-sqs.ts';
import { gcsMessage, s3Message } from './testing/messages.ts';

const patience = { answerMs: 2000, stallMs: 500, slowestBytesPerSecond: 1024, attempts: 3, retryDelayMs: 5 };
const never = new AbortController().signal;

async function aSqs(): Promise<FakeSqs> {
  const sqs = await startFakeSqs();
  onTestFinished(() => sqs[Symbol.asyncDispose]());
  return sqs;
}

async function aPubsub(): Promise<FakePubsub> {
  const pubsub = await startFakePubsub();
  onTestFinished(() => pubsub[Symbol.asyncDispose]());
  return pubsub;
}

beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'key');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
});
afterAll(() => vi.unstubAllEnvs());

notificationsContract('SQS', async () => {
  const { url, queue } = await aSqs();
  return {
    notifications: await openSqsQueue({ url, patience }),
    tell: (event) => queue.send(s3Message(event)),
    tellOther: () => queue.send('{"order":7}'),
    left: () => queue.size,
    expire: () => queue.expire(),
  };
});

notificationsContract('Pub/Sub', async () => {
  const { name, queue, cloud } = await aPubsub();
  return {
    notifications: await openPubsubSubscription({ name, endpoint: cloud.endpoint, patience }),
    tell: (event) => queue.send(gcsMessage(event)),
    tellOther: () => queue.send('{"order":"7"}'),
    left: () => queue.size,
    expire: () => queue.expire(),
  };
});

describe.each<
  [
    string,
    () => Promise<{ cloud: FakeCloud; address: string; open: (address: string) => ReturnType<typeof openSqsQueue> }>,
  ]
>([
  [
    'SQS',
    async () => {
      const { cloud, url } = await aSqs();
      return { cloud, address: url, open: (address) => openSqsQueue({ url: address, patience }) };
    },
  ],
  [
    'Pub/Sub',
    async () => {
      const { cloud, name } = await aPubsub();
      const { endpoint } = cloud;
      return { cloud, address: name, open: (address) => openPubsubSubscription({ name: address, endpoint, patience }) };
    },
  ],
])('%s', (_, start) => {
  const receive = async (opened: ReturnType<typeof openSqsQueue>): Promise<unknown> =>
    (await opened).receive({ waitMs: 0, signal: never });

  test('is asked again when it fails in passing', async () => {
    const { cloud, address, open } = await start();
    cloud.fault = first(2, { kind: 'status', status: 503 });

    expect(await receive(open(address))).toEqual([]);
    expect(cloud.requests).toHaveLength(3);
  });

  test('that does not answer, or is not open, is told as such', async () => {
    const { cloud, address, open } = await start();
    const nothing = open(address.replace('uploads', 'nothing'));
    await expect(receive(nothing)).rejects.toMatchObject({ code: 'NOTIFICATIONS_DENIED' });

    cloud.fault = () => ({ kind: 'status', status: 403 });
    await expect(receive(open(address))).rejects.toMatchObject({ code: 'NOTIFICATIONS_DENIED' });
    cloud.fault = () => ({ kind: 'reset' });
    await expect(receive(open(address))).rejects.toMatchObject({ code: 'NOTIFICATIONS_UNREACHABLE' });
    cloud.fault = () => ({ kind: 'silence' });
    await expect(receive(open(address))).rejects.toMatchObject({ code: 'NOTIFICATIONS_UNREACHABLE' });
  });
});

test('the address says which cloud is asked', async () => {
  const settings = { s3: {} };
  const queue = await openNotifications({ queue: 'https://sqs.eu-west-1.amazonaws.com/1/a' }, settings);
  const subscription = await openNotifications({ subscription: 'projects/p/subscriptions/a' }, settings);
  const wrong = openNotifications({ subscription: 'a' }, settings);

  expect([queue.location, subscription.location]).toEqual([
    'https://sqs.eu-west-1.amazonaws.com/1/a',
    'projects/p/subscriptions/a',
  ]);
  await expect(wrong).rejects.toMatchObject({ code: 'USAGE_INVALID' });
});

const event = { bucket: 'photos', key: 'a b+ü.jpg' };
const bare = s3Message(event);

test.each<[string, string, unknown]>([
  ['an event of S3', bare, [event]],
  ['the same by SNS', JSON.stringify({ Type: 'Notification', TopicArn: 'arn:x', Message: bare }), [event]],
  ['a removal', bare.replace('ObjectCreated:Put', 'ObjectRemoved:Delete'), [event]],
  ['a later version of the format', bare.replace('"2.1"', '"2.6"').replace('{', '{"new":1,'), [event]],
  [
    'EventBridge',
    JSON.stringify({ source: 'aws.s3', detail: { bucket: { name: 'photos' }, object: { key: 'a+b.jpg' } } }),
    [{ bucket: 'photos', key: 'a+b.jpg' }],
  ],
  ['a test of S3', JSON.stringify({ Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'photos' }), []],
  ['a key that S3 would not write', bare.replace('%2B', '%E0%A4%A'), []],
  ['no JSON', 'hello', undefined],
  ['other JSON', '{"Records":[{"sns":{}}]}', undefined],
  ['null', 'null', undefined],
])('%s is understood', (_, text, expected) => {
  expect(parseS3Message(text)).toEqual(expected);
});

test.each([
  ['OBJECT_FINALIZE', [{ bucket: 'photos', key: 'a+b%20c.jpg' }]],
  ['OBJECT_DELETE', [{ bucket: 'photos', key: 'a+b%20c.jpg' }]],
  ['OBJECT_ARCHIVE', [{ bucket: 'photos', key: 'a+b%20c.jpg' }]],
  ['OBJECT_METADATA_UPDATE', []],
  ['ORDER_PLACED', undefined],
])('an event %s of Google Cloud Storage is understood', (eventType, expected) => {
  expect(parseGcsAttributes({ eventType, bucketId: 'photos', objectId: 'a+b%20c.jpg' })).toEqual(expected);
});
