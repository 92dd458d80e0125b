/** @file A place in the pool: holds one child at a time, gives it tasks, and starts the next one when it ends. */
import { setTimeout as delay } from 'node:timers/promises';
import { TintypeError } from '@tintype/contracts/errors';
import type { Preparation } from './preparation.ts';
import type { SpareChildren } from './spare-children.ts';
import { type Child, type ChildEnd, ChildEnded, type ChildOptions, startChild } from './start-child.ts';
import { settle, type Ticket } from './ticket.ts';

export interface ChildSlotOptions {
  child: ChildOptions;
  /** Tasks at once. */
  inFlight: number;
  /** One takes the place of a child that ended. */
  spares?: SpareChildren | undefined;
  /** In the order in which new children run them; shared by all slots of a pool. */
  preparations: ReadonlyMap<string, Preparation>;
  /** Called when the slot can take a task. */
  onFree: () => void;
  /** Called each time a child could not be made ready several times in a row. */
  onUnusable: (error: Error) => void;
}

interface Run {
  ticket: Ticket;
  isExpired: boolean;
  timer: NodeJS.Timeout;
  done: Promise<void>;
}

const startDeadlineMs = 30_000;
const startsBeforeUnusable = 3;
const firstBackoffMs = 100;
const longestBackoffMs = 5_000;
const stopGraceMs = 1_000;

export class ChildSlot {
  restarts = 0;
  isUnusable = false;
  readonly #options: ChildSlotOptions;
  readonly #running = new Set<Run>();
  /** Tasks that need the child for themselves. */
  readonly #alone: Ticket[] = [];
  #child: Child | undefined;
  /** What the current child was asked to prepare before it took work. */
  #begun = new Map<Preparation, Promise<unknown>>();
  #isReady = false;
  /** Of the current child, also after it was ended. */
  #wasReady = false;
  #isExclusive = false;
  /** Preparations under way in a child that is ready: it takes no new work meanwhile. */
  #preparing = 0;
  #isStopped = false;
  #startFailures = 0;
  #startError: Error | undefined;
  #restartTimer: NodeJS.Timeout | undefined;

  #isBegun = false;

  constructor(options: ChildSlotOptions) {
    this.#options = options;
  }

  /** Whether it was told to begin. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Starts its first child. */
  begin(): void {
    if (this.#isBegun || this.#isStopped) return;
    this.#isBegun = true;
    this.#startChild();
  }

  get running(): number {
    return this.#running.size;
  }

  /** Whether it has a child that takes work. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get waitingAlone(): number {
    return this.#alone.length;
  }

  get takesShared(): boolean {
    const isOccupied = this.#isExclusive || this.#preparing > 0 || this.#alone.length > 0;
    return this.#isReady && !isOccupied && this.#running.size < this.#options.inFlight;
  }

  start(ticket: Ticket): void {
    const child = this.#child as Child;
    const run: Run = {
      ticket,
      isExpired: false,
      timer: setTimeout(() => setImmediate(() => this.#expire(run)), ticket.deadlineMs),
      done: Promise.resolve(),
    };
    this.#running.add(run);
    run.done = child.call(ticket.task, ticket.input).then(
      (output) => this.#finish(run, () => ticket.resolve(output as never)),
      (error: Error) => {
        // The child's end settles all its tasks together.
        if (!(error instanceof ChildEnded)) this.#finish(run, () => ticket.reject(error));
      },
    );
  }

  addAlone(ticket: Ticket): void {
    this.#alone.push(ticket);
    this.#pump();
  }

  dropAlone(ticket: Ticket): void {
    const index = this.#alone.indexOf(ticket);
    if (index >= 0) this.#alone.splice(index, 1);
    this.#pump();
  }

  /** A child that is still starting is asked as well, but not waited for: it comes to it when it has its tasks. */
  async prepareIfReady(preparation: Preparation): Promise<void> {
    const child = this.#child;
    if (!child) return;
    if (!this.#isReady) return this.#askAhead(child, preparation);
    this.#preparing += 1;
    await this.#prepare(child, preparation);
    if (child !== this.#child) return;
    this.#preparing -= 1;
    this.#pump();
  }

  #askAhead(child: Child, preparation: Preparation): void {
    const answer = child.call(preparation.task, preparation.input);
    answer.catch(() => undefined);
    this.#begun.set(preparation, answer);
  }

  /** Lets running tasks end for a moment, then ends the child. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#restartTimer);
    for (const ticket of this.#alone.splice(0)) settle(ticket, () => ticket.reject(new TintypeError('CANCELLED', {})));
    const wanted = [...this.#running].filter((run) => !run.ticket.isSettled).map((run) => run.done);
    if (wanted.length > 0) await Promise.race([Promise.all(wanted), delay(stopGraceMs, undefined, { ref: false })]);
    const child = this.#child;
    child?.kill();
    await child?.ended;
  }

  #startChild(): void {
    const spare = this.#options.spares?.take();
    const child = spare?.child ?? startChild(this.#options.child);
    this.#child = child;
    this.#begun = new Map(spare?.begun);
    this.#preparing = 0;
    this.#wasReady = false;
    void child.ended.then((end) => this.#onEnded(end));
    void this.#warm(child);
  }

  async #warm(child: Child): Promise<void> {
    const begun = this.#begun;
    const timer = setTimeout(() => child.kill(), startDeadlineMs);
    try {
      await child.ready;
    } catch (error) {
      this.#startError = error as Error;
      return child.kill();
    } finally {
      clearTimeout(timer);
    }
    // The map may grow meanwhile; its iterator comes to what is added.
    for (const preparation of this.#options.preparations.values()) {
      const error = await this.#prepare(child, preparation, begun.get(preparation));
      // Others have prepared it: without it this child would fail work that they do.
      if (error && preparation.isAccepted && !child.isEnded()) {
        this.#startError = error;
        return child.kill();
      }
    }
    if (child.isEnded()) return;
    begun.clear();
    this.#isReady = true;
    this.#wasReady = true;
    this.isUnusable = false;
    this.#startFailures = 0;
    this.#options.spares?.keep();
    this.#pump();
  }

  /** Gives the failure, which the preparation is told of. `begun`: where the child was asked before it came here. */
  async #prepare(child: Child, preparation: Preparation, begun?: Promise<unknown>): Promise<Error | undefined> {
    const { task, input, deadlineMs } = preparation;
    const timer = setTimeout(() => {
      preparation.fail(new TintypeError('DEADLINE_EXCEEDED', { deadlineMs }));
      this.#end(child);
    }, deadlineMs);
    try {
      preparation.answer(this, await (begun ?? child.call(task, input)));
      return undefined;
    } catch (error) {
      if (error instanceof ChildEnded) preparation.lose(this, error);
      else preparation.fail(error as Error);
      return error as Error;
    } finally {
      clearTimeout(timer);
    }
  }

  #pump(): void {
    if (!this.#isReady || this.#isExclusive || this.#preparing > 0) return;
    if (this.#alone.length === 0) return this.#options.onFree();
    if (this.#running.size > 0) return;
    this.#isExclusive = true;
    this.start(this.#alone.shift() as Ticket);
  }

  #finish(run: Run, by: () => void): void {
    clearTimeout(run.timer);
    this.#running.delete(run);
    this.#isExclusive = false;
    settle(run.ticket, by);
    this.#pump();
  }

  /** Called after waiting messages were read: when this process itself was held up, the answer may be among them. */
  #expire(run: Run): void {
    if (!this.#running.has(run)) return;
    run.isExpired = true;
    if (this.#child) this.#end(this.#child);
  }

  #end(child: Child): void {
    if (child === this.#child) this.#isReady = false;
    child.kill();
  }

  #onEnded(end: ChildEnd): void {
    const runs = [...this.#running];
    this.#running.clear();
    this.#child = undefined;
    this.#isReady = false;
    this.#isExclusive = false;
    for (const run of runs) {
      clearTimeout(run.timer);
      this.#lose(run, { end, wasAlone: runs.length === 1 });
    }
    if (this.#isStopped) return;

    this.restarts += 1;
    if (!this.#wasReady) this.#startFailures += 1;
    if (this.#startFailures >= startsBeforeUnusable) this.#declareUnusable(end);
    const backoffMs =
      this.#startFailures === 0 ? 0 : Math.min(firstBackoffMs * 2 ** this.#startFailures, longestBackoffMs);
    this.#restartTimer = setTimeout(() => this.#startChild(), backoffMs);
  }

  /** Who shared a child may have been held up by another, until its own time was over: then nobody is blamed yet. */
  #lose({ ticket, isExpired }: Run, { end, wasAlone }: { end: ChildEnd; wasAlone: boolean }): void {
    if (isExpired && (wasAlone || ticket.isRetry)) {
      settle(ticket, () => ticket.reject(new TintypeError('DEADLINE_EXCEEDED', { deadlineMs: ticket.deadlineMs })));
    } else if (this.#isStopped) {
      settle(ticket, () => ticket.reject(new TintypeError('CANCELLED', {})));
    } else if (ticket.isRetry) {
      settle(ticket, () => ticket.reject(crashOf(end)));
    } else if (!ticket.isSettled) {
      ticket.isRetry = true;
      this.#alone.push(ticket);
    }
  }

  #declareUnusable(end: ChildEnd): void {
    this.isUnusable = true;
    // No reason in the details: that is for children that worked, and a task that ended them.
    const error = new TintypeError('CHILD_CRASHED', {}, { cause: this.#startError ?? new ChildEnded(end) });
    for (const ticket of this.#alone.splice(0)) settle(ticket, () => ticket.reject(error));
    this.#options.onUnusable(error);
  }
}

function crashOf(end: ChildEnd): TintypeError<'CHILD_CRASHED'> {
  return new TintypeError('CHILD_CRASHED', { reason: end.reason }, { cause: new ChildEnded(end) });
}

/** How busy a slot is, to give work to the least busy. */
export function leastBusy(slots: readonly ChildSlot[]): ChildSlot {
  return slots.reduce((least, slot) =>
    slot.running + slot.waitingAlone < least.running + least.waitingAlone ? slot : least,
  );
}
