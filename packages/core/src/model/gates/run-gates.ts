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

/** In the order of `gates`. `known` is not measured again. Throws what measuring throws. */
export async function runGates(
  gates: readonly Gate[],
  measurer: Partial<Measurer>,
  known: Partial<PictureMeasures> = {},
): Promise<GateOutcome> {
  const measures: Partial<PictureMeasures> = { ...known };
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

/** The outcome as far as it is known without measuring; undefined where a gate would have to measure something. */
export function judgeKnown(gates: readonly Gate[], known: Partial<PictureMeasures>): GateOutcome | undefined {
  for (const gate of gates) {
    if (measuredBy[gate.kind].some((name) => known[name] === undefined)) return undefined;
    const refusal = judgeGates([gate], { widthPx: 0, heightPx: 0, ...known });
    if (refusal) return { refusal, measures: known };
  }
  return { measures: known };
}
