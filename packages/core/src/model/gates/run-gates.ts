/** @file Gates in turn, each measured only when it is reached: a picture that is too small is not searched for people. */
import type { Gate, GateKind, PictureMeasures, Refusal } from '@tintype/contracts/gate';
import { judgeGates } from './judge-gates.ts';

/** How each thing that gates judge is measured; each is asked for at most once. */
export type Measurer = { readonly [Name in keyof PictureMeasures]-?: () => Promise<number> };

export interface GateOutcome {
  /** Of the first gate that refused; absent where all passed. */
  refusal?: Refusal;
  /** What was measured until then. */
  measures: Partial<PictureMeasures>;
}

const measuredBy: { readonly [Kind in GateKind]: readonly (keyof PictureMeasures)[] } = {
  'min-size': ['widthPx', 'heightPx'],
  blur: ['sharpness'],
  'person-count': ['personCount'],
  'face-count': ['faceCount'],
  unknown: ['typicality'],
  confidence: ['confidence'],
};

/** In the order of `gates`. Throws what measuring throws. */
export async function runGates(gates: readonly Gate[], measurer: Partial<Measurer>): Promise<GateOutcome> {
  const measures: Partial<PictureMeasures> = {};
  for (const gate of gates) {
    for (const name of measuredBy[gate.kind]) {
      const value = measures[name] ?? (await measurer[name]?.());
      if (value !== undefined) measures[name] = value;
    }
    const refusal = judgeGates([gate], { widthPx: 0, heightPx: 0, ...measures });
    if (refusal) return { refusal, measures };
  }
  return { measures };
}
