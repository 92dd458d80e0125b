/** @file The train step of the phase under way. A new phase has a new graph and a new optimizer, and goes on with the weights. */
import type { State } from '@tintype/autograd/step/state';
import type { StepResult, StepSettings, TrainBatch, TrainStep } from '@tintype/autograd/step/train-step';
import type { TrainPhase } from '@tintype/contracts/train-events';

interface Saved {
  position: { phase: TrainPhase };
  state: State;
}

const carried = /^(parameters|buffers|ema)\//;

export class PhasedStep implements AsyncDisposable {
  readonly #open: (phase: TrainPhase) => Promise<TrainStep>;
  #before: { phase: TrainPhase; state: State } | undefined;
  #step: TrainStep | undefined;
  #phase: TrainPhase | undefined;

  constructor({ openStep }: { openStep: (phase: TrainPhase) => Promise<TrainStep> }, saved: Saved | undefined) {
    this.#open = openStep;
    this.#before = saved && { phase: saved.position.phase, state: saved.state };
  }

  /** Changes nothing in the phase that is under way already. */
  async enter(phase: TrainPhase): Promise<void> {
    if (this.#phase === phase) return;
    const next = await this.#open(phase);
    if (this.#step && this.#phase) this.#before = { phase: this.#phase, state: await this.#step.view() };
    if (this.#before)
      await next.write(this.#before.phase === phase ? this.#before.state : await carryOver(this.#before.state, next));
    this.#before = undefined;
    await this.#step?.[Symbol.asyncDispose]();
    [this.#step, this.#phase] = [next, phase];
  }

  run(batch: TrainBatch, settings: StepSettings): Promise<StepResult> {
    return this.#current.run(batch, settings);
  }

  /** The tensors themselves, until the next run. */
  view(): Promise<State> {
    return this.#current.view();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#step?.[Symbol.asyncDispose]();
  }

  get #current(): TrainStep {
    if (!this.#step) throw new Error('no phase was entered');
    return this.#step;
  }
}

/** What the optimizer remembered of the head alone would mislead it. */
async function carryOver(state: State, next: TrainStep): Promise<State> {
  const known = await next.view();
  return new Map([...state].filter(([name]) => carried.test(name) && known.has(name)));
}
