/** @file What an optimizer is: its state per parameter, its numbers per step, and its rule as a piece of graph. */
import type { Value } from '../graph/value.ts';

/** One parameter's update. Scalars are of shape []. */
export interface UpdateContext<Slot extends string = string, Scalar extends string = string> {
  readonly parameter: Value;
  /** dL/d(parameter), to be multiplied by `gradientScale` where there is one (clipping, loss scale, accumulation). */
  readonly gradient: Value;
  readonly gradientScale: Value | undefined;
  readonly slots: Readonly<Record<Slot, Value>>;
  readonly scalars: Readonly<Record<Scalar, Value>>;
  readonly learningRate: Value;
  /** 0 where the parameter does not decay. */
  readonly weightDecay: number;
}

export interface Update<Slot extends string = string> {
  readonly parameter: Value;
  readonly slots: Readonly<Record<Slot, Value>>;
}

export interface Optimizer<Slot extends string = string, Scalar extends string = string> {
  readonly name: string;
  readonly hyperparameters: Readonly<Record<string, number | boolean>>;
  /** Tensors kept per parameter, of its shape, 0 at the start. Their names are those of the state. */
  readonly slots: readonly Slot[];
  /** Numbers fed at each step, computed in float64; `step` counts updates from 1. */
  readonly scalars: (step: number) => Readonly<Record<Scalar, number>>;
  readonly update: (context: UpdateContext<Slot, Scalar>) => Update<Slot>;
}

/** An optimizer whose slots and scalars are known only at run time. */
export type OptimizerRecord = Optimizer;
