/** @file What a queue of any cloud holds: messages that come again unless they are settled in time. For tests, in memory. */
import { setTimeout as sleep } from 'node:timers/promises';

interface Message {
  body: string;
  receipt: string;
  visibleAt: number;
}

export interface Receiving {
  waitMs: number;
  keptMs: number;
  isLeft: () => boolean;
}

export class FakeQueue {
  readonly #messages = new Set<Message>();
  #receipts = 0;

  /** Messages that were not settled yet. */
  get size(): number {
    return this.#messages.size;
  }

  send(body: string): void {
    this.#messages.add({ body, receipt: '', visibleAt: 0 });
  }

  /** Waits for the first one, as long as somebody waits for the answer. */
  async receive(most: number, { waitMs, keptMs, isLeft }: Receiving): Promise<Message[]> {
    const endsAt = performance.now() + waitMs;
    for (;;) {
      if (isLeft()) return [];
      const found = this.#take(most, keptMs);
      if (found.length > 0 || performance.now() >= endsAt) return found;
      await sleep(5);
    }
  }

  settle(receipt: string): void {
    for (const message of this.#messages) if (message.receipt === receipt) this.#messages.delete(message);
  }

  /** What was received and not settled is to be had again at once. */
  expire(): void {
    for (const message of this.#messages) message.visibleAt = 0;
  }

  #take(most: number, keptMs: number): Message[] {
    const found: Message[] = [];
    for (const message of this.#messages) {
      if (found.length === most) break;
      if (message.visibleAt > performance.now()) continue;
      this.#receipts += 1;
      Object.assign(message, { receipt: `receipt ${this.#receipts}`, visibleAt: performance.now() + keptMs });
      found.push(message);
    }
    return found;
  }
}
