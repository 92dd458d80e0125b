/** @file What Pub/Sub says, as far as a receiver needs it: its REST interface, no tokens checked. A message is its attributes. */
import type { CloudAnswer, CloudRequest, FakeCloud } from '../../buckets/testing/fake-cloud.ts';
import { startFakeCloud } from '../../buckets/testing/fake-cloud.ts';
import { FakeQueue } from './fake-queue.ts';

export interface FakePubsub extends AsyncDisposable {
  cloud: FakeCloud;
  /** Name of the subscription. */
  name: string;
  queue: FakeQueue;
}

/** How long a question without an answer is kept open. */
const openMs = 200;

export async function startFakePubsub(): Promise<FakePubsub> {
  const queue = new FakeQueue();
  const name = 'projects/photos/subscriptions/uploads';
  const cloud = await startFakeCloud((request) => speakPubsub(request, queue, name));
  return { cloud, queue, name, [Symbol.asyncDispose]: () => cloud[Symbol.asyncDispose]() };
}

interface Asked {
  maxMessages?: number;
  returnImmediately?: boolean;
  ackIds?: string[];
}

async function speakPubsub({ path, body, isLeft }: CloudRequest, queue: FakeQueue, name: string): Promise<CloudAnswer> {
  const { maxMessages = 1, returnImmediately = false, ackIds = [] } = JSON.parse(body.toString()) as Asked;
  const [subscription, verb] = path.slice('/v1/'.length).split(':');
  if (subscription !== name) return json({ error: { code: 404, status: 'NOT_FOUND' } }, 404);
  if (verb === 'acknowledge') for (const id of ackIds) queue.settle(id);
  if (verb !== 'pull') return json({});
  const kept = { waitMs: returnImmediately ? 0 : openMs, keptMs: 10_000, isLeft };
  const messages = await queue.receive(maxMessages, kept);
  return json({
    receivedMessages: messages.map(({ body: attributes, receipt }) => ({
      ackId: receipt,
      message: { attributes: JSON.parse(attributes) as unknown, messageId: receipt },
    })),
  });
}

function json(body: object, status = 200): CloudAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
