/** @file From what was measured on a picture to the first gate that refuses it, with the sentence a person needs. Pure. */
import type { Gate, GateKind, PictureMeasures, Refusal } from '@tintype/contracts/gate';

/** The first refusal in the order of `gates`, or undefined where the picture passes all. */
export function judgeGates(gates: readonly Gate[], measures: PictureMeasures): Refusal | undefined {
  for (const gate of gates) {
    const refusal = judge(gate, measures);
    if (refusal) return refusal;
  }
  return undefined;
}

/** Cheapest first, so that a picture that is too small is not searched for people. */
const order: readonly GateKind[] = ['min-size', 'blur', 'person-count', 'face-count', 'unknown', 'confidence'];

export function sortGates(gates: readonly Gate[]): Gate[] {
  return gates.toSorted((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

function judge(gate: Gate, measures: PictureMeasures): Refusal | undefined {
  switch (gate.kind) {
    case 'min-size': {
      const { widthPx, heightPx } = measures;
      if (Math.min(widthPx, heightPx) >= gate.sidePx) return undefined;
      const error = `The image is too small (${widthPx} x ${heightPx} pixels). Please use images of at least ${gate.sidePx} pixels on the shorter side.`;
      return { reason: 'TOO_SMALL', error };
    }
    case 'blur':
      if (measured(measures.sharpness, gate) >= gate.minimum) return undefined;
      return { reason: 'TOO_BLURRED', error: 'The image is too blurred. Please use a sharp image.' };
    case 'person-count':
      return judgeCount(measured(measures.personCount, gate), gate, persons);
    case 'face-count':
      return judgeCount(measured(measures.faceCount, gate), gate, faces);
    case 'unknown':
      if (measured(measures.typicality, gate) > 1 - gate.share + rounding) return undefined;
      return {
        reason: 'UNKNOWN',
        error: 'The image shows nothing that the model was trained on. Please use an image of what it classifies.',
      };
    case 'confidence': {
      const confidence = measured(measures.confidence, gate);
      if (confidence >= gate.minimum) return undefined;
      return {
        reason: 'LOW_CONFIDENCE',
        error: `The prediction is too uncertain (${percent(confidence)}). Please use a clearer image.`,
      };
    }
    default:
      return gate satisfies never;
  }
}

/** 1 - 0.99 is a little more than 0.01. */
const rounding = 1e-9;

const percent = (share: number): string => `${Math.floor(share * 100)} %`;

interface Words {
  /** How several are named in "Multiple … detected (3 …)". */
  many: string;
  one: string;
  none: Refusal['reason'];
  few: Refusal['reason'];
  tooMany: Refusal['reason'];
}

const persons: Words = {
  many: 'people',
  one: 'person',
  none: 'NO_PERSON',
  few: 'TOO_FEW_PERSONS',
  tooMany: 'TOO_MANY_PERSONS',
};
const faces: Words = { many: 'faces', one: 'face', none: 'NO_FACE', few: 'TOO_FEW_FACES', tooMany: 'TOO_MANY_FACES' };

function judgeCount(
  count: number,
  { min, max }: { min: number; max: number | null },
  { many, one, none, few, tooMany }: Words,
): Refusal | undefined {
  const counted = `${count} ${count === 1 ? one : many}`;
  if (count < min && count === 0)
    return {
      reason: none,
      error: `No ${one} detected. Please use images with ${min === 1 ? `one ${one}` : `${min} ${many}`}.`,
    };
  if (count < min)
    return { reason: few, error: `Too few ${many} detected (${counted}). Please use images with at least ${min}.` };
  if (max === null || count <= max) return undefined;
  if (max === 0) return { reason: tooMany, error: `${capital(counted)} detected. Please use images without ${many}.` };
  const wanted = max === 1 ? `single-${one} images` : `images with at most ${max} ${many}`;
  return {
    reason: tooMany,
    error: `${count > 1 ? 'Multiple' : 'Too many'} ${many} detected (${counted}). Please use ${wanted}.`,
  };
}

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

function measured(value: number | undefined, { kind }: Gate): number {
  if (value === undefined) throw new Error(`nothing was measured for the gate ${kind}`);
  return value;
}
