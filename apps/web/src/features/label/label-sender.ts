/** @file Sends labels in the order in which they were given until the server has stored each: through cuts, closed tabs and killed servers. */
import { isPassing, toProblem } from '../../api/problem.ts';
import type { LabelStore, QueuedLabel } from './label-store.ts';

export interface LabelSenderNeeds {
  store: LabelStore;
  /** Resolves once they are stored. */
  send: (labels: readonly QueuedLabel[]) => Promise<unknown>;
  /** Who the server takes us for; undefined: nobody it would take labels from. */
  findIdentity: () => Promise<string | null | undefined>;
  onSaved?: (labels: readonly QueuedLabel[]) => void;
  /** After the first, second, ... failure in a row; the last is repeated. */
  pausesMs?: readonly number[];
}

export interface LabelQueueState {
  /** `saved`: the server has stored everything. `waiting`: it could not be reached, or waits for whoever gave the labels to sign in. */
  state: 'saved' | 'sending' | 'waiting';
  unsent: number;
  /** Those that the server will not take. */
  refused: readonly QueuedLabel[];
}

const defaultPausesMs = [300, 700, 1500, 3000];
const mostPerRequest = 500;

export class LabelSender {
  readonly #needs: LabelSenderNeeds;
  readonly #listeners = new Set<() => void>();
  /** In order, refused ones included. */
  #labels: QueuedLabel[] = [];
  /** Not yet sure to outlive the page. */
  readonly #fleeting = new Set<string>();
  #state: LabelQueueState = { state: 'saved', unsent: 0, refused: [] };
  #isSending = false;
  #failures = 0;
  #limit = mostPerRequest;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(needs: LabelSenderNeeds) {
    this.#needs = needs;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly getState = (): LabelQueueState => this.#state;

  /** Whether a label would be lost with the page. */
  get isFleeting(): boolean {
    return this.#fleeting.size > 0;
  }

  /** Whether a label of the sample is on its way. */
  has(sampleId: string): boolean {
    return this.#labels.some((label) => label.sampleId === sampleId && label.refusal === undefined);
  }

  add(labels: readonly QueuedLabel[]): void {
    this.#labels.push(...labels);
    void this.#keep(labels);
    this.#tell();
    void this.#sendAll();
  }

  /** Takes up what an earlier page, or another one, has left. */
  async takeUp(): Promise<void> {
    const left = await this.#needs.store.load().catch(() => []);
    const known = new Set(this.#labels.map((label) => label.id));
    const found = left.filter((label) => !known.has(label.id));
    if (found.length === 0) return;
    this.#labels = [...this.#labels, ...found].sort((a, b) => a.order - b.order);
    this.#tell();
    void this.#sendAll();
  }

  /** Tries at once what waits: the network is back, or somebody has signed in. */
  hurry(): void {
    if (this.#isSending) return;
    clearTimeout(this.#timer);
    void this.#sendAll();
  }

  /** Sends those again that were refused. */
  retryRefused(): void {
    const again = new Set(this.#state.refused.map(({ id }) => id));
    this.#labels = this.#labels.map(withoutRefusal);
    void this.#keep(this.#labels.filter(({ id }) => again.has(id)));
    this.#tell();
    this.hurry();
  }

  /** Gives those up that were refused. */
  discardRefused(): void {
    this.#drop(this.#state.refused);
    this.#tell();
  }

  async #sendAll(): Promise<void> {
    if (this.#isSending) return;
    this.#isSending = true;
    clearTimeout(this.#timer);
    try {
      while (await this.#sendSome()) this.#failures = 0;
      this.#failures = 0;
    } catch (error) {
      this.#failures += 1;
      const pauses = this.#needs.pausesMs ?? defaultPausesMs;
      const pauseMs = pauses[Math.min(this.#failures, pauses.length) - 1] ?? 0;
      this.#timer = setTimeout(() => void this.#sendAll(), pauseMs);
      if (!(error instanceof Waiting) && !isPassing(toProblem(error))) console.error(error);
    } finally {
      this.#isSending = false;
      this.#tell();
    }
  }

  /** False where nothing is left to send. Throws where it has to wait. */
  async #sendSome(): Promise<boolean> {
    if (this.#labels.every((label) => label.refusal !== undefined)) return false;
    this.#tell();
    const me = await this.#needs.findIdentity();
    if (me === undefined) throw new Waiting();
    const batch = this.#labels
      .filter((label) => label.refusal === undefined && (label.by === null || label.by === me))
      .slice(0, this.#limit);
    if (batch.length === 0) throw new Waiting();
    try {
      await this.#needs.send(batch);
    } catch (error) {
      const problem = toProblem(error);
      if (isPassing(problem) || problem.code === 'UNAUTHENTICATED') throw error;
      // One of them is at fault: find it by halves, so that it holds up no other.
      if (batch.length > 1) this.#limit = Math.ceil(batch.length / 2);
      else this.#refuse(batch, problem.detail);
      return true;
    }
    this.#limit = Math.min(mostPerRequest, this.#limit * 2);
    this.#drop(batch);
    this.#needs.onSaved?.(batch);
    this.#tell();
    return true;
  }

  #refuse(batch: readonly QueuedLabel[], refusal: string): void {
    const ids = new Set(batch.map((label) => label.id));
    this.#labels = this.#labels.map((label) => (ids.has(label.id) ? { ...label, refusal } : label));
    void this.#keep(this.#labels.filter((label) => ids.has(label.id)));
    this.#limit = mostPerRequest;
  }

  async #keep(labels: readonly QueuedLabel[]): Promise<void> {
    for (const { id } of labels) this.#fleeting.add(id);
    try {
      await this.#needs.store.put(labels);
      for (const { id } of labels) this.#fleeting.delete(id);
    } catch {
      // Then whoever closes the page is asked first.
    }
  }

  #drop(labels: readonly QueuedLabel[]): void {
    const ids = new Set(labels.map((label) => label.id));
    this.#labels = this.#labels.filter((label) => !ids.has(label.id));
    for (const id of ids) this.#fleeting.delete(id);
    // One that stays behind is sent again some day, which changes nothing.
    this.#needs.store.remove([...ids]).catch(() => undefined);
  }

  #tell(): void {
    const refused = this.#labels.filter((label) => label.refusal !== undefined);
    const unsent = this.#labels.length - refused.length;
    const state = unsent === 0 ? 'saved' : this.#failures > 0 ? 'waiting' : 'sending';
    const last = this.#state;
    if (last.state === state && last.unsent === unsent && isSame(last.refused, refused)) return;
    this.#state = { state, unsent, refused };
    for (const listener of this.#listeners) listener();
  }
}

/** Nothing failed, but nothing can be sent. */
class Waiting extends Error {}

const withoutRefusal = ({ id, sampleId, className, by, order }: QueuedLabel): QueuedLabel => ({
  id,
  sampleId,
  className,
  by,
  order,
});

const isSame = (a: readonly QueuedLabel[], b: readonly QueuedLabel[]): boolean =>
  a.length === b.length && a.every((label, n) => label.id === b[n]?.id);
