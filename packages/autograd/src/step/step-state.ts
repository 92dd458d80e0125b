/** @file The tensors that a step changes: how they begin, how they are taken out and put back. */
import { sizeOf } from '../graph/shape.ts';
import { createRandom } from '../random.ts';
import type { StepGraph, StepSpec } from './build-step.ts';
import { assertStateTensor, type State, type StateTensor } from './state.ts';

export interface StepState {
  /** By name; the graphs of the step exchange buffers here. */
  readonly tensors: Map<string, StateTensor>;
  /** Updates so far, and micro-batches in the accumulated gradients. */
  readonly counts: { step: number; accumulated: number };
  view(): State;
  read(): State;
  write(state: State): void;
}

export function createStepState(spec: StepSpec, graphs: readonly StepGraph[], seed: number): StepState {
  const tensors = createTensors(spec, graphs, seed);
  const counts = { step: 0, accumulated: 0 };
  const names = (spec.accumulate ?? 1) > 1 ? (['step', 'accumulated'] as const) : (['step'] as const);
  const view = (): State =>
    new Map<string, StateTensor>([
      ...tensors,
      ...names.map((name) => [name, { shape: [], data: Float32Array.of(counts[name]) }] as const),
    ]);
  return {
    tensors,
    counts,
    view,
    read: () => new Map([...view()].map(([name, { shape, data }]) => [name, { shape, data: data.slice() }])),
    write(state) {
      const own = view();
      for (const [name, tensor] of state) {
        const expected = own.get(name);
        if (!expected) throw new RangeError(`this step has no "${name}"`);
        assertStateTensor(name, tensor, expected.shape);
      }
      for (const [name, { data }] of state) tensors.get(name)?.data.set(data);
      for (const [name, { data }] of tensors) {
        const parameter = name.startsWith('ema/') && state.get(name.replace('ema/', 'parameters/'));
        if (parameter && !state.has(name)) data.set(parameter.data);
      }
      for (const name of names) counts[name] = state.get(name)?.data[0] ?? counts[name];
    },
  };
}

/** Slots at the start: parameters by their initializers, buffers as they begin, averages equal to what they follow, the rest 0. */
function createTensors({ network }: StepSpec, graphs: readonly StepGraph[], seed: number): Map<string, StateTensor> {
  const initial = new Map<string, () => Float32Array>([
    ...network.parameters.flatMap(({ name, initialize }): [string, () => Float32Array][] => {
      const make = (): Float32Array => initialize(createRandom('parameter', seed, name));
      return [
        [`parameters/${name}`, make],
        [`ema/${name}`, make],
      ];
    }),
    ...network.buffers.map(({ name, initial: first }) => [`buffers/${name}`, () => first.slice()] as const),
  ]);
  const slots = new Map(graphs.flatMap((graph) => graph.slots.map((slot) => [slot.name, slot.value.shape])));
  return new Map(
    [...slots].map(([name, shape]) => [
      name,
      { shape, data: initial.get(name)?.() ?? new Float32Array(sizeOf(shape)) },
    ]),
  );
}
