/** @file Events of S3 from a queue of SQS, by the AWS SDK. Credentials come from the SDK's own chain alone. */
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { Config } from '@tintype/contracts/config';
import type { Notification, Notifications } from '@tintype/core/ports/notifications';
import { notificationsFailure } from '../buckets/cloud-failure.ts';
import { askPatiently, defaultPatience, type Patience } from '../buckets/patience.ts';
import { parseS3Message } from './parse-message.ts';
import { chunksOf, keptMs, receiveUnlessAborted } from './receiving.ts';

export interface OpenSqsQueue {
  /** `https://sqs.eu-west-1.amazonaws.com/123456789012/uploads`; what is asked goes to its host. */
  url: string;
  settings?: Pick<Config['s3'], 'region'>;
  patience?: Patience;
}

/** SQS gives and takes no more at once. */
const mostAtOnce = 10;
const longestWaitSeconds = 20;
const connectMs = 5_000;

/** Nothing is asked yet: the first operation says what is wrong with address or credentials. */
export async function openSqsQueue(options: OpenSqsQueue): Promise<Notifications> {
  const { url, settings = {}, patience = defaultPatience } = options;
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const region = settings.region ?? regionOf(url) ?? process.env.AWS_REGION ?? 'us-east-1';
  const client = new SQSClient({
    region,
    endpoint: new URL(url).origin,
    maxAttempts: 1,
    requestHandler: {
      connectionTimeout: connectMs,
      requestTimeout: longestWaitSeconds * 1000 + patience.stallMs,
      throwOnRequestTimeout: true,
    },
  });
  return new SqsQueue({ client, url, patience });
}

/** As Amazon's own addresses tell it. */
function regionOf(url: string): string | undefined {
  return /^https:\/\/(?:sqs\.([a-z0-9-]+)|([a-z0-9-]+)\.queue)\.amazonaws\.com/.exec(url)?.slice(1).find(Boolean);
}

interface Parts {
  client: SQSClient;
  url: string;
  patience: Patience;
}

class SqsQueue implements Notifications {
  readonly location: string;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.location = parts.url;
  }

  receive(options: { waitMs: number; signal: AbortSignal }): Promise<Notification[]> {
    return receiveUnlessAborted(options, async () => {
      const waitSeconds = Math.min(longestWaitSeconds, Math.ceil(options.waitMs / 1000));
      const command = new ReceiveMessageCommand({
        QueueUrl: this.#parts.url,
        MaxNumberOfMessages: mostAtOnce,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: keptMs / 1000,
      });
      const { client } = this.#parts;
      const send = (abortSignal: AbortSignal) => client.send(command, { abortSignal });
      const { Messages = [] } = await this.#ask(send, { waitMs: waitSeconds * 1000, signal: options.signal });
      return Messages.map(({ ReceiptHandle = '', Body = '' }) => ({
        id: ReceiptHandle,
        objects: parseS3Message(Body),
      }));
    });
  }

  async settle(notifications: readonly Notification[]): Promise<void> {
    for (const chunk of chunksOf(notifications, mostAtOnce)) {
      const Entries = chunk.map(({ id }, index) => ({ Id: `${index}`, ReceiptHandle: id }));
      const { client, url } = this.#parts;
      const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries });
      // One that is refused alone has come again meanwhile.
      await this.#ask((abortSignal) => client.send(command, { abortSignal }), { waitMs: 0 });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#parts.client.destroy();
  }

  #ask<T>(
    send: (signal: AbortSignal) => Promise<T>,
    { waitMs, signal }: { waitMs: number; signal?: AbortSignal },
  ): Promise<T> {
    const { url, patience } = this.#parts;
    const operation = (attempt: AbortSignal): Promise<T> => send(signal ? AbortSignal.any([attempt, signal]) : attempt);
    // The server may keep silent for as long as it was told to wait.
    const patient = { ...patience, answerMs: patience.answerMs + waitMs, stallMs: patience.stallMs + waitMs };
    return askPatiently(operation, {
      patience: patient,
      fail: (error) => notificationsFailure(url, error),
      ...(signal ? { signal } : {}),
    });
  }
}
