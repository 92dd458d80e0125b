/** @file Where layers declare what they need, under dotted names like PyTorch's: `scope.at('blocks').at(0).at('attn')`. */
import type { Shape } from '../graph/shape.ts';
import { input, type Value } from '../graph/value.ts';
import { createRandom } from '../random.ts';
import type { Initializer } from './initializers.ts';
import type { Buffer, Mask, Mode, Parameter } from './network.ts';

export interface Scope {
  readonly mode: Mode;
  /** What is declared there is named `NAME.…`. */
  at(name: string | number): Scope;
  /** What is declared there belongs to this depth (`Parameter.depth`). Default 0. */
  atDepth(depth: number): Scope;
  /** Weight decay applies, unless told otherwise, to what has two axes or more. */
  parameter(name: string, shape: Shape, initializer: Initializer, options?: { decays?: boolean }): Value;
  /** `next` says what the buffer becomes; it is not asked in evaluation. */
  buffer(name: string, shape: Shape, initializer: Initializer, next?: (value: Value) => Value): Value;
  /** Undefined where everything is kept: in evaluation, or with `keep` 1. */
  mask(name: string, shape: Shape, keep: number): Value | undefined;
}

export interface RootScope extends Scope {
  /** Everything declared, in order. */
  collect(): { parameters: readonly Parameter[]; buffers: readonly Buffer[]; masks: readonly Mask[] };
}

/** Two declarations of one name throw: a fault of the code that builds the network. */
export function createScope(mode: Mode): RootScope {
  const parameters: Parameter[] = [];
  const buffers: Buffer[] = [];
  const masks: Mask[] = [];
  const taken = new Set<string>();
  const declare = (kind: string, name: string, shape: Shape): Value => {
    if (taken.has(name)) throw new Error(`"${name}" is declared twice`);
    taken.add(name);
    return input(`${kind}/${name}`, shape);
  };

  const scopeAt = (path: string, depth: number): Scope => ({
    mode,
    at: (name) => scopeAt(`${path}${name}.`, depth),
    atDepth: (deeper) => scopeAt(path, deeper),
    parameter(name, shape, initializer, { decays = shape.length > 1 } = {}) {
      const value = declare('parameters', path + name, shape);
      const initialize: Parameter['initialize'] = (random) => initializer(random, shape);
      parameters.push(Object.freeze({ name: path + name, value, initialize, decays, depth }));
      return value;
    },
    buffer(name, shape, initializer, next = (value) => value) {
      const value = declare('buffers', path + name, shape);
      const initial = initializer(createRandom(path + name), shape);
      buffers.push(Object.freeze({ name: path + name, value, initial, next: mode.training ? next(value) : value }));
      return value;
    },
    mask(name, shape, keep) {
      if (!(keep > 0 && keep <= 1))
        throw new RangeError(`"${path}${name}" keeps ${keep}: more than 0, at most 1 is needed`);
      if (!mode.training || keep === 1) return undefined;
      const value = declare('masks', path + name, shape);
      masks.push(Object.freeze({ name: path + name, value, keep }));
      return value;
    },
  });

  const collect: RootScope['collect'] = () =>
    Object.freeze({ parameters: [...parameters], buffers: [...buffers], masks: [...masks] });
  return Object.freeze({ ...scopeAt('', 0), collect });
}
