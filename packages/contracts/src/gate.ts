/** @file Gates: checks a picture must pass before it is classified or trained on. A refusal is an answer with a reason. */
import { z } from 'zod';
import { type Detector, detectorKinds } from './detector.ts';

const countRange = { min: z.int().min(0), max: z.int().min(0).nullable() };

/** In the order in which they are judged, cheapest first. */
export const gateSchema = z.discriminatedUnion('kind', [
  /** Shorter side in pixels, after orientation. */
  z.strictObject({ kind: z.literal('min-size'), sidePx: z.int().min(1) }),
  /** Least sharpness: variance of the Laplacian of the grey picture at most 512 px wide; blurred photographs have less than 50. */
  z.strictObject({ kind: z.literal('blur'), minimum: z.number().min(0) }),
  /** Persons that the person detector finds; `max: null` is any number. */
  z.strictObject({ kind: z.literal('person-count'), ...countRange }),
  /** Faces that the face detector finds. */
  z.strictObject({ kind: z.literal('face-count'), ...countRange }),
  /** Share of validation pictures that pass, 0 to 1: 0.99 refuses what is further from the training pictures than 99 % of them are. */
  z.strictObject({ kind: z.literal('unknown'), share: z.number().gt(0).lt(1) }),
  /** Least probability of the most probable class, 0 to 1, calibrated. */
  z.strictObject({ kind: z.literal('confidence'), minimum: z.number().gt(0).max(1) }),
]);
export type Gate = z.infer<typeof gateSchema>;
export type GateKind = Gate['kind'];

/** Gates on what the model answers; all others judge the picture alone. */
const answerGateKinds: ReadonlySet<GateKind> = new Set(['unknown', 'confidence']);

/** Whether a gate can be judged before any model has run. */
export const isPictureGate = ({ kind }: Gate): boolean => !answerGateKinds.has(kind);

/** What gates are judged on; what no gate asks for is absent. */
export interface PictureMeasures {
  widthPx: number;
  heightPx: number;
  sharpness?: number;
  personCount?: number;
  faceCount?: number;
  /** Share of validation pictures that are at least as far from the training pictures, 0 to 1; near 0 for what was never seen. */
  typicality?: number;
  /** Largest calibrated probability, 0 to 1. */
  confidence?: number;
}

export const refusalReasons = [
  'TOO_SMALL',
  'TOO_BLURRED',
  'NO_PERSON',
  'TOO_FEW_PERSONS',
  'TOO_MANY_PERSONS',
  'NO_FACE',
  'TOO_FEW_FACES',
  'TOO_MANY_FACES',
  'UNKNOWN',
  'LOW_CONFIDENCE',
] as const;

export interface Refusal {
  reason: (typeof refusalReasons)[number];
  /** The sentence a person needs. */
  error: string;
}

/** A sample that a gate refuses, as `tintype gate --json` tells it; `reason` is a gate's, or the code of a picture that cannot be read. */
export interface GatedSample {
  sample: string;
  path: string;
  content_hash: string;
  class: string | null;
  reason: string;
  error: string;
}

export interface GateReport {
  dataset: string;
  checked: number;
  refused: number;
  /** Moved to the trash now. */
  dropped: number;
  /** How many were refused, by reason. */
  reasons: Record<string, number>;
}

/** What a gate counts, and the detector that finds it. */
export const countedBy = { 'person-count': 'person', 'face-count': 'face' } as const;
export type CountedName = (typeof countedBy)[keyof typeof countedBy];

/** A detector as settings name it; the rest follows from its kind. */
export const detectorSettingSchema = z.strictObject({
  kind: z.enum(detectorKinds),
  /** ONNX file, relative to the workspace, or `hub:ORG/REPO[/FILE][@REVISION]`. */
  file: z.string().min(1),
  threshold: z.number().min(0).max(1).optional(),
  /** By index in the model's answer; by default what the family was published with. */
  classNames: z.array(z.string()).min(1).optional(),
});
export type DetectorSetting = z.infer<typeof detectorSettingSchema>;

/** Detectors in use, by what they count. */
export type Detectors = Partial<Record<CountedName, { detector: Detector; modelPath: string }>>;

const gatePattern = /^(?<kind>[a-z-]+)=(?<least>\d+(?:\.\d+)?)(?:(?<dots>\.\.)(?<most>\d+)?)?$/;

/**
 * `min-size=64`, `blur=50`, `person-count=1` (exactly), `person-count=1..3`, `person-count=1..` (at least), `unknown=0.99`,
 * `confidence=0.6`. Undefined where the text is none of these.
 */
export function parseGate(text: string): Gate | undefined {
  const { kind, least, dots, most } = gatePattern.exec(text)?.groups ?? {};
  if (kind === undefined || least === undefined) return undefined;
  const from = Number(least);
  if (kind === 'person-count' || kind === 'face-count') {
    const max = dots === undefined ? from : most === undefined ? null : Number(most);
    if (max !== null && max < from) return undefined;
    return gateSchema.safeParse({ kind, min: from, max }).data;
  }
  if (dots !== undefined) return undefined;
  const named = single[kind];
  return named === undefined ? undefined : gateSchema.safeParse({ kind, [named]: from }).data;
}

/** The text that `parseGate` reads as this gate. */
export function formatGate(gate: Gate): string {
  switch (gate.kind) {
    case 'person-count':
    case 'face-count': {
      const { kind, min, max } = gate;
      if (max === null) return `${kind}=${min}..`;
      return max === min ? `${kind}=${min}` : `${kind}=${min}..${max}`;
    }
    case 'min-size':
      return `${gate.kind}=${gate.sidePx}`;
    case 'unknown':
      return `${gate.kind}=${gate.share}`;
    case 'blur':
    case 'confidence':
      return `${gate.kind}=${gate.minimum}`;
    default:
      return gate satisfies never;
  }
}

/** What the one number of a gate is called. */
const single: Readonly<Record<string, string | undefined>> = {
  'min-size': 'sidePx',
  blur: 'minimum',
  unknown: 'share',
  confidence: 'minimum',
};

/** A gate as text, for settings and options; the gate itself once parsed by `parseGates`. */
export const gateTextSchema = z
  .string()
  .refine(
    (text) => parseGate(text) !== undefined,
    'is not a gate, such as min-size=64, person-count=1 or unknown=0.99',
  );

/** Gates that are kept in a model or asked by a server. */
export const gatesOptionSchema = z.array(gateTextSchema).max(20).default([]);

/** The same for gates that judge a picture without a model. */
export const pictureGateTextSchema = z.string().refine((text) => {
  const gate = parseGate(text);
  return gate !== undefined && isPictureGate(gate);
}, 'is not a gate on pictures, such as min-size=64, blur=50 or person-count=1');

/** Texts that a schema has checked; what is no gate is left out. */
export const parseGates = (texts: readonly string[]): Gate[] => texts.flatMap((text) => parseGate(text) ?? []);
