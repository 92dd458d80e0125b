/** @file Events of Google Cloud Storage from a subscription of Pub/Sub, by its REST interface. Credentials are the application default ones. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Notification, Notifications } from '@tintype/core/ports/notifications';
import { GoogleAuth } from 'google-auth-library';
import { namedError, notificationsFailure, statusOf } from '../buckets/cloud-failure.ts';
import { askPatiently, defaultPatience, type Patience } from '../buckets/patience.ts';
import { parseGcsAttributes } from './parse-message.ts';
import { chunksOf, keptMs, receiveUnlessAborted } from './receiving.ts';

export interface OpenPubsubSubscription {
  /** `projects/PROJECT/subscriptions/NAME` */
  name: string;
  /** Of a server that speaks as Google's does, asked without credentials; by default PUBSUB_EMULATOR_HOST, where it is set. */
  endpoint?: string;
  patience?: Patience;
}

const mostAtOnce = 100;
const mostSettledAtOnce = 1000;
const scope = 'https://www.googleapis.com/auth/pubsub';

interface Pulled {
  receivedMessages?: { ackId?: string; message?: { attributes?: Record<string, string> } }[];
}

/** Nothing is asked yet: the first operation says what is wrong with name or credentials. Throws USAGE_INVALID. */
export async function openPubsubSubscription(options: OpenPubsubSubscription): Promise<Notifications> {
  const { name, patience = defaultPatience, endpoint = emulator() } = options;
  if (!/^projects\/[a-z0-9.:-]+\/subscriptions\/[A-Za-z0-9._~+%-]+$/.test(name)) {
    const problem = `${JSON.stringify(name)} is not a subscription: projects/PROJECT/subscriptions/NAME.`;
    throw new TintypeError('USAGE_INVALID', { problem });
  }
  const auth = endpoint === undefined ? new GoogleAuth({ scopes: [scope] }) : undefined;
  const url = `${endpoint ?? 'https://pubsub.googleapis.com'}/v1/${name}`;
  return new PubsubSubscription({ name, url, auth, patience });
}

function emulator(): string | undefined {
  const host = process.env.PUBSUB_EMULATOR_HOST;
  return host ? `http://${host}` : undefined;
}

interface Parts {
  name: string;
  url: string;
  /** None: asked without credentials. */
  auth: GoogleAuth | undefined;
  patience: Patience;
}

class PubsubSubscription implements Notifications {
  readonly location: string;
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.location = parts.name;
  }

  async receive(options: { waitMs: number; signal: AbortSignal }): Promise<Notification[]> {
    const received = await receiveUnlessAborted(options, async () => {
      const asked = { maxMessages: mostAtOnce, ...(options.waitMs === 0 ? { returnImmediately: true } : {}) };
      const { receivedMessages = [] } = await this.#ask<Pulled>('pull', asked, options);
      return receivedMessages.map(({ ackId = '', message }) => ({
        id: ackId,
        objects: parseGcsAttributes(message?.attributes),
      }));
    });
    // The subscription's own time may be as short as ten seconds.
    if (received.length > 0)
      await this.#ask('modifyAckDeadline', {
        ackIds: received.map(({ id }) => id),
        ackDeadlineSeconds: keptMs / 1000,
      });
    return received;
  }

  async settle(notifications: readonly Notification[]): Promise<void> {
    for (const chunk of chunksOf(notifications, mostSettledAtOnce))
      await this.#ask('acknowledge', { ackIds: chunk.map(({ id }) => id) });
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  #ask<T extends object>(
    verb: 'pull' | 'acknowledge' | 'modifyAckDeadline',
    body: object,
    { waitMs = 0, signal }: { waitMs?: number; signal?: AbortSignal } = {},
  ): Promise<T> {
    const { name, patience } = this.#parts;
    const operation = async (attempt: AbortSignal): Promise<T> => {
      // A server with nothing to say may keep silent for longer than it was asked to; that is no failure.
      const silence = verb === 'pull' && waitMs > 0 ? AbortSignal.timeout(waitMs) : undefined;
      const signals = [attempt, signal, silence].filter((each) => each !== undefined);
      try {
        return await this.#post<T>(verb, body, AbortSignal.any(signals));
      } catch (error) {
        if (silence?.aborted && signal?.aborted !== true) return {} as T;
        throw statusOf(error) === 404 ? namedError('NoSuchSubscription', error) : error;
      }
    };
    const patient = { ...patience, answerMs: patience.answerMs + waitMs, stallMs: patience.stallMs + waitMs };
    return askPatiently(operation, {
      patience: patient,
      fail: (error) => notificationsFailure(name, error),
      ...(signal ? { signal } : {}),
    });
  }

  async #post<T>(verb: string, body: object, signal: AbortSignal): Promise<T> {
    const { url, auth } = this.#parts;
    const headers = { 'content-type': 'application/json', ...(auth ? await authorize(auth) : {}) };
    const response = await fetch(`${url}:${verb}`, { method: 'POST', headers, body: JSON.stringify(body), signal });
    if (!response.ok) {
      await response.body?.cancel();
      throw Object.assign(new Error('no'), { status: response.status });
    }
    return (await response.json()) as T;
  }
}

async function authorize(auth: GoogleAuth): Promise<Record<string, string>> {
  try {
    return { authorization: `Bearer ${await auth.getAccessToken()}` };
  } catch (error) {
    const hasNone = /default credentials/i.test((error as Error).message);
    throw hasNone ? namedError('CredentialsProviderError', error) : error;
  }
}
