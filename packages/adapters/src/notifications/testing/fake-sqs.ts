/** @file What SQS says, as far as a receiver needs it: its JSON protocol, no signatures checked. */
import { createHash } from 'node:crypto';
import type { CloudAnswer, CloudRequest, FakeCloud } from '../../buckets/testing/fake-cloud.ts';
import { startFakeCloud } from '../../buckets/testing/fake-cloud.ts';
import { FakeQueue } from './fake-queue.ts';

export interface FakeSqs extends AsyncDisposable {
  cloud: FakeCloud;
  /** Address of the queue. */
  url: string;
  queue: FakeQueue;
}

export async function startFakeSqs(): Promise<FakeSqs> {
  const queue = new FakeQueue();
  const cloud = await startFakeCloud((request) => speakSqs(request, queue));
  return {
    cloud,
    queue,
    url: `${cloud.endpoint}/123456789012/uploads`,
    [Symbol.asyncDispose]: () => cloud[Symbol.asyncDispose](),
  };
}

interface Asked {
  QueueUrl: string;
  MaxNumberOfMessages?: number;
  WaitTimeSeconds?: number;
  VisibilityTimeout?: number;
  Entries?: { Id: string; ReceiptHandle: string }[];
}

async function speakSqs({ headers, body, isLeft }: CloudRequest, queue: FakeQueue): Promise<CloudAnswer> {
  const asked = JSON.parse(body.toString()) as Asked;
  if (!asked.QueueUrl.endsWith('/uploads')) return refuse('com.amazonaws.sqs#QueueDoesNotExist');
  switch (String(headers['x-amz-target'])) {
    case 'AmazonSQS.ReceiveMessage': {
      const { MaxNumberOfMessages = 1, WaitTimeSeconds = 0, VisibilityTimeout = 30 } = asked;
      const kept = { waitMs: WaitTimeSeconds * 1000, keptMs: VisibilityTimeout * 1000, isLeft };
      const messages = await queue.receive(MaxNumberOfMessages, kept);
      return json({
        Messages: messages.map(({ body: text, receipt }) => ({
          MessageId: receipt,
          ReceiptHandle: receipt,
          Body: text,
          MD5OfBody: createHash('md5').update(text).digest('hex'),
        })),
      });
    }
    case 'AmazonSQS.DeleteMessageBatch': {
      const { Entries = [] } = asked;
      for (const { ReceiptHandle } of Entries) queue.settle(ReceiptHandle);
      return json({ Successful: Entries.map(({ Id }) => ({ Id })), Failed: [] });
    }
    default:
      return refuse('com.amazon.coral.service#UnknownOperationException');
  }
}

function json(body: object, status = 200): CloudAnswer {
  return { status, headers: { 'content-type': 'application/x-amz-json-1.0' }, body: JSON.stringify(body) };
}

const refuse = (type: string): CloudAnswer => json({ __type: type, message: 'no' }, 400);
