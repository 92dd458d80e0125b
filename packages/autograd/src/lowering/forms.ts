/** @file Which forms of a value have been written: plain [N, C, H, W], blocked, or not yet. A form that is missing is written on demand, once. */
import type { TensorType, Value } from '../graph/value.ts';
import type { Block } from './lowering.ts';
import type { Pen } from './pen.ts';

export type Size4 = readonly [number, number, number, number];

export type Activation =
  | { readonly name: 'Relu' }
  | { readonly name: 'Clip'; readonly min: number; readonly max: number };

/**
 * A convolution that waits: what comes after it may become part of it. `write` gives the blocked result of act(convolution + sum).
 * Nothing can follow an activation, so that a convolution with one does not wait.
 */
export interface Waiting {
  readonly sum?: Value;
  readonly write: (end: { sum?: string; activation?: Activation }) => string;
}

export interface Forms {
  readonly pen: Pen;
  readonly block: Block;
  /** How many nodes and outputs read it. */
  usesOf(value: Value): number;
  /** Whether there is a blocked form already, written or waiting. */
  isBlocked(value: Value): boolean;
  /** The name of the plain form. */
  readonly plain: (value: Value) => string;
  /** The name of the blocked form of a value of four axes: [N, channels rounded up, H, W] for ONNX, [N, C / block, H, W, block] in memory. */
  blocked(value: Value): string;
  setBlocked(value: Value, name: string): void;
  wait(value: Value, waiting: Waiting): void;
  /** What waits to become `value`, if this reader is its only one. */
  takeWaiting(value: Value): Waiting | undefined;
  /** What `write` gives, written once for each key. */
  once(key: string, values: readonly Value[], write: () => string): string;
}

/** Channels rounded up to whole blocks. The channels added are zeros, and stay so. */
export const roundUp = (channels: number, block: number): number => Math.ceil(channels / block) * block;

export const blockedShape = ({ shape }: TensorType, block: number): Size4 => {
  const [batch, channels, height, width] = shape as Size4;
  return [batch, roundUp(channels, block), height, width];
};

export function openForms(
  pen: Pen,
  block: Block,
  uses: ReadonlyMap<Value, number>,
  nameOf: (value: Value) => string,
): Forms {
  const blockedNames = new Map<Value, string>();
  const waitings = new Map<Value, Waiting>();
  const plainWritten = new Set<Value>();
  const numbers = new Map<Value, number>();
  const known = new Map<string, string>();

  const numberOf = (value: Value): number => {
    if (!numbers.has(value)) numbers.set(value, numbers.size);
    return numbers.get(value) as number;
  };
  const isBlocked = (value: Value): boolean => blockedNames.has(value) || waitings.has(value);
  const settle = (value: Value): string | undefined => {
    const waiting = waitings.get(value);
    if (!waiting) return blockedNames.get(value);
    waitings.delete(value);
    const name = waiting.write(waiting.sum ? { sum: blocked(waiting.sum) } : {});
    blockedNames.set(value, name);
    return name;
  };
  const blocked = (value: Value): string => {
    const existing = settle(value);
    if (existing !== undefined) return existing;
    const [, channels] = value.shape as Size4;
    // ReorderInput rounds channels up by itself, but only from multiples of 4.
    const missing = channels % 4 === 0 ? 0 : roundUp(channels, block) - channels;
    const name = pen.blocked('ReorderInput', [pen.pad(nameOf(value), [0, 0, 0, 0], [0, missing, 0, 0])]);
    blockedNames.set(value, name);
    plainWritten.add(value);
    return name;
  };
  return {
    pen,
    block,
    usesOf: (value) => uses.get(value) ?? 0,
    isBlocked,
    plain(value) {
      const name = nameOf(value);
      if (!isBlocked(value) || plainWritten.has(value)) return name;
      const [, channels] = value.shape as Size4;
      pen.writer.node('ReorderOutput', [settle(value) as string], [name], { channels }, 'com.microsoft.nchwc');
      plainWritten.add(value);
      return name;
    },
    blocked,
    setBlocked: (value, name) => void blockedNames.set(value, name),
    wait: (value, waiting) => void waitings.set(value, waiting),
    takeWaiting(value) {
      const waiting = waitings.get(value);
      if (!waiting || uses.get(value) !== 1) return undefined;
      waitings.delete(value);
      return waiting;
    },
    once(key, values, write) {
      const full = [key, ...values.map(numberOf)].join(' ');
      const name = known.get(full) ?? write();
      known.set(full, name);
      return name;
    },
  };
}
