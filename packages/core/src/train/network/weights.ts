/** @file What of a training's state is the model: parameters (their running average, where there is one) and buffers. */
import type { State } from '@tintype/autograd/step/state';

/** Names as in the state: `parameters/NAME` and `buffers/NAME`. Tensors are not copied. */
export function selectWeights(state: State): State {
  return new Map(
    [...state].flatMap(([name, tensor]) => {
      if (name.startsWith('buffers/')) return [[name, tensor]];
      if (!name.startsWith('parameters/')) return [];
      return [[name, state.get(name.replace('parameters/', 'ema/')) ?? tensor]];
    }),
  );
}
