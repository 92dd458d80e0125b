/** @file Gates: what is refused, in which order and in which words. */
import { formatGate, type Gate, isPictureGate, type PictureMeasures, parseGate } from '@tintype/contracts/gate';
import { expect, test } from 'vitest';
import { judgeGates, sortGates } from './judge-gates.ts';

const size = { widthPx: 640, heightPx: 480 };
const person = (min: number, max: number | null): Gate => ({ kind: 'person-count', min, max });

test('several people where one is wanted are refused with their number', () => {
  const refusal = judgeGates([person(1, 1)], { ...size, personCount: 3 });

  expect(refusal).toEqual({
    reason: 'TOO_MANY_PERSONS',
    error: 'Multiple people detected (3 people). Please use single-person images.',
  });
});

test.each<[Gate, Partial<PictureMeasures>, string | undefined]>([
  [person(1, 1), { personCount: 1 }, undefined],
  [person(1, 1), { personCount: 0 }, 'No person detected. Please use images with one person.'],
  [person(2, null), { personCount: 1 }, 'Too few people detected (1 person). Please use images with at least 2.'],
  [person(2, null), { personCount: 9 }, undefined],
  [person(0, 0), { personCount: 1 }, '1 person detected. Please use images without people.'],
  [person(1, 2), { personCount: 3 }, 'Multiple people detected (3 people). Please use images with at most 2 people.'],
  [{ kind: 'face-count', min: 1, max: 1 }, { faceCount: 0 }, 'No face detected. Please use images with one face.'],
  [{ kind: 'blur', minimum: 50 }, { sharpness: 20 }, 'The image is too blurred. Please use a sharp image.'],
  [{ kind: 'blur', minimum: 50 }, { sharpness: 50 }, undefined],
  [
    { kind: 'min-size', sidePx: 481 },
    {},
    'The image is too small (640 x 480 pixels). Please use images of at least 481 pixels on the shorter side.',
  ],
  [{ kind: 'min-size', sidePx: 480 }, {}, undefined],
  [
    { kind: 'confidence', minimum: 0.6 },
    { confidence: 0.5999 },
    'The prediction is too uncertain (59 %). Please use a clearer image.',
  ],
  [{ kind: 'confidence', minimum: 0.6 }, { confidence: 0.6 }, undefined],
  [
    { kind: 'unknown', share: 0.99 },
    { typicality: 0.01 },
    'The image shows nothing that the model was trained on. Please use an image of what it classifies.',
  ],
  [{ kind: 'unknown', share: 0.99 }, { typicality: 0.011 }, undefined],
])('%j with %j', (gate, measures, error) => {
  expect(judgeGates([gate], { ...size, ...measures })?.error).toBe(error);
});

test('the cheapest gate speaks first', () => {
  const gates = sortGates([person(1, 1), { kind: 'min-size', sidePx: 999 }]);

  expect(gates.map(({ kind }) => kind)).toEqual(['min-size', 'person-count']);
  expect(judgeGates(gates, { ...size, personCount: 5 })?.reason).toBe('TOO_SMALL');
});

test('a gate whose measure is missing is a fault, not a pass', () => {
  expect(() => judgeGates([person(1, 1)], size)).toThrow('person-count');
});

test.each<[string, Gate | undefined]>([
  ['person-count=1', person(1, 1)],
  ['person-count=1..3', person(1, 3)],
  ['person-count=2..', person(2, null)],
  ['person-count=3..1', undefined],
  ['person-count=one', undefined],
  ['face-count=0', { kind: 'face-count', min: 0, max: 0 }],
  ['min-size=64', { kind: 'min-size', sidePx: 64 }],
  ['min-size=6.4', undefined],
  ['min-size=1..5', undefined],
  ['blur=12.5', { kind: 'blur', minimum: 12.5 }],
  ['unknown=0.99', { kind: 'unknown', share: 0.99 }],
  ['unknown=1', undefined],
  ['unknown=0', undefined],
  ['confidence=0.6', { kind: 'confidence', minimum: 0.6 }],
  ['confidence=60', undefined],
  ['height=3', undefined],
  ['', undefined],
])('"%s" is read as %j', (text, gate) => {
  expect(parseGate(text)).toEqual(gate);
});

test('gates on the answer come after all that judge the picture alone', () => {
  const texts = ['confidence=0.5', 'unknown=0.9', 'face-count=1', 'person-count=1', 'blur=5', 'min-size=9'];
  const gates = sortGates(texts.flatMap((text) => parseGate(text) ?? []));

  expect(gates.map(({ kind }) => kind)).toEqual([
    'min-size',
    'blur',
    'person-count',
    'face-count',
    'unknown',
    'confidence',
  ]);
  expect(gates.map(isPictureGate)).toEqual([true, true, true, true, false, false]);
});

test.each([
  'min-size=64',
  'blur=12.5',
  'person-count=1',
  'face-count=1..3',
  'person-count=2..',
  'unknown=0.99',
  'confidence=0.6',
])('%s is written as it is read', (text) => {
  expect(formatGate(parseGate(text) as Gate)).toBe(text);
});
