/** @file A task that every child runs before other work; its caller waits until the children of today have answered. */
import { TintypeError } from '@tintype/contracts/errors';
import type { ChildEnded } from './start-child.ts';

export interface PreparationOptions {
  task: string;
  input: unknown;
  deadlineMs: number;
  /** Whether children that stand by run it too; default false. */
  isAtHand?: boolean;
  /** Whoever must answer once. */
  slots: readonly object[];
}

/** Children that a slot may lose during one preparation before the preparation is blamed. */
const toleratedLosses = 1;

export class Preparation {
  readonly task: string;
  readonly input: unknown;
  readonly deadlineMs: number;
  readonly isAtHand: boolean;
  /** One output per slot, in slot order. */
  readonly outputs: Promise<unknown[]>;
  readonly #slots: readonly object[];
  readonly #answers = new Map<object, unknown>();
  readonly #losses = new Map<object, number>();
  #isAccepted = false;
  #resolve: (outputs: unknown[]) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor({ task, input, deadlineMs, isAtHand = false, slots }: PreparationOptions) {
    this.task = task;
    this.input = input;
    this.deadlineMs = deadlineMs;
    this.isAtHand = isAtHand;
    this.#slots = slots;
    this.outputs = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.outputs.catch(() => {});
  }

  /** Whether all who had to answer have done so. */
  get isAccepted(): boolean {
    return this.#isAccepted;
  }

  answer(slot: object, output: unknown): void {
    this.#answers.set(slot, output);
    if (this.#slots.some((each) => !this.#answers.has(each))) return;
    this.#isAccepted = true;
    this.#resolve(this.#slots.map((each) => this.#answers.get(each)));
  }

  /** The slot's child ended meanwhile, perhaps by another task's fault: its next child prepares anew. */
  lose(slot: object, cause: ChildEnded): void {
    const losses = (this.#losses.get(slot) ?? 0) + 1;
    this.#losses.set(slot, losses);
    if (losses > toleratedLosses) this.fail(new TintypeError('CHILD_CRASHED', { reason: cause.end.reason }, { cause }));
  }

  fail(error: Error): void {
    this.#reject(error);
  }
}
