/** @file Detectors end to end: models of each family's signature made here, and the real ones on real pictures where they are. */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { onnxModel, onnxNode, onnxTensor, onnxValue } from '@tintype/autograd/onnx/build-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import type { Detector, DetectorKind } from '@tintype/contracts/detector';
import { defaultPictureLimits as limits } from '@tintype/contracts/picture';
import { aPicture } from '@tintype/vision/testing/a-picture';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { detectorFamilies } from './detector-families.ts';
import { filledShare, fitSize, openDetector } from './open-detector.ts';

let folder: string;
let picture: Uint8Array;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tintype-detectors-'));
  picture = await aPicture({ widthPx: 96, heightPx: 48 }).jpeg().toBuffer();
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function writeModel(name: string, bytes: Uint8Array): Promise<{ path: string; hash: string }> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return { path, hash: createHash('sha256').update(bytes).digest('hex') };
}

const aDetector = (
  kind: DetectorKind,
  hash: string,
  classNames: string[],
  change: Partial<Detector> = {},
): Detector => ({
  ...structuredClone(detectorFamilies[kind].defaults),
  kind,
  name: `${kind}.onnx`,
  hash,
  classNames,
  ...change,
});

/** A transformer detector's signature: its boxes are fixed, its logits moved by the mean of the pixels (and of the mask). */
function queryModel({ logits, boxes, hasMask = false }: { logits: number[][]; boxes: number[][]; hasMask?: boolean }) {
  const classes = logits[0]?.length ?? 0;
  const nodes = [
    onnxNode('ReduceMean', ['pixel_values'], ['mean'], { keepdims: 0 }),
    onnxNode('Mul', ['mean', 'zero'], ['nothing']),
    onnxNode('Add', ['fixed_logits', 'nothing'], [hasMask ? 'some_logits' : 'logits']),
    onnxNode('Identity', ['fixed_boxes'], ['pred_boxes']),
  ];
  if (hasMask)
    nodes.push(
      onnxNode('Cast', ['pixel_mask'], ['mask'], { to: 1 }),
      onnxNode('ReduceMean', ['mask'], ['seen'], { keepdims: 0 }),
      onnxNode('Mul', ['some_logits', 'seen'], ['logits']),
    );
  return renderOnnx(
    onnxModel({
      name: 'queries',
      inputs: [
        onnxValue('pixel_values', 'float32', ['N', 3, 'H', 'W']),
        ...(hasMask ? [onnxValue('pixel_mask', 'int64', ['N', 'h', 'w'])] : []),
      ],
      outputs: [
        onnxValue('logits', 'float32', ['N', logits.length, classes]),
        onnxValue('pred_boxes', 'float32', ['N', boxes.length, 4]),
      ],
      nodes,
      initializers: [
        onnxTensor('zero', 'float32', [], Float32Array.of(0)),
        onnxTensor('fixed_logits', 'float32', [1, logits.length, classes], Float32Array.from(logits.flat())),
        onnxTensor('fixed_boxes', 'float32', [1, boxes.length, 4], Float32Array.from(boxes.flat())),
      ],
    }),
  );
}

test("a DETR export is given pixels of the picture's own shape and a mask of ones", async () => {
  const bytes = queryModel({
    logits: [
      [0, 6, 0],
      [0, 0, 6],
    ],
    boxes: [
      [0.5, 0.5, 0.5, 1.5],
      [0.5, 0.5, 1, 1],
    ],
    hasMask: true,
  });
  const { path, hash } = await writeModel('detr.onnx', bytes);
  await using detector = await openDetector(aDetector('detr', hash, ['cat', 'person']), path);

  const found = await detector.detect({ bytes: picture, limits });

  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ className: 'person', box: { left: 0.25, top: 0, right: 0.75, bottom: 1 } });
});

test('a D-FINE export keeps two objects in one place, since its queries compete already', async () => {
  const bytes = queryModel({
    logits: [
      [3, -3],
      [2, -3],
    ],
    boxes: [
      [0.5, 0.5, 0.5, 0.5],
      [0.5, 0.5, 0.5, 0.5],
    ],
  });
  const { path, hash } = await writeModel('d-fine.onnx', bytes);
  await using detector = await openDetector(aDetector('d-fine', hash, ['person', 'dog']), path);

  const found = await detector.detect({ bytes: picture, limits });

  expect(found.map(({ className }) => className)).toEqual(['person', 'person']);
  expect(found[0]?.score).toBeGreaterThan(found[1]?.score ?? 1);
});

test('DETR scales the shorter side to 800 and the longer to at most 1333', () => {
  const detr = aDetector('detr', '', ['person']);

  expect(fitSize(detr, { widthPx: 640, heightPx: 480 })).toEqual({ widthPx: 1067, heightPx: 800 });
  expect(fitSize(detr, { widthPx: 300, heightPx: 1000 })).toEqual({ widthPx: 400, heightPx: 1333 });
  expect(fitSize(aDetector('yolox', '', ['person']), { widthPx: 9, heightPx: 9 })).toEqual({
    widthPx: 416,
    heightPx: 416,
  });
});

test('a wide picture fills the top of a square input', () => {
  const share = filledShare({ widthPx: 96, heightPx: 48 }, { widthPx: 416, heightPx: 416 });

  expect(share).toEqual({ width: 1, height: 0.5 });
});

test.each<[string, DetectorKind, () => Uint8Array, RegExp]>([
  ['no ONNX file', 'yolox', () => new TextEncoder().encode('not a model'), /cannot be used as a detector/],
  [
    'a model of another family',
    'ultraface',
    () => queryModel({ logits: [[0, 0]], boxes: [[0, 0, 1, 1]] }),
    /no output like \^scores\$/,
  ],
])('%s is refused by name', async (_, kind, make, words) => {
  const { path, hash } = await writeModel(`wrong-${kind}.onnx`, make());

  await expect(openDetector(aDetector(kind, hash, ['person']), path)).rejects.toMatchObject({
    code: 'DETECTOR_INVALID',
    message: expect.stringMatching(words) as string,
  });
});

test('a file that changed since it was chosen is refused', async () => {
  const { path } = await writeModel('changed.onnx', queryModel({ logits: [[0, 0]], boxes: [[0, 0, 1, 1]] }));

  const opening = openDetector(aDetector('detr', 'f'.repeat(64), ['person']), path);

  await expect(opening).rejects.toMatchObject({
    code: 'DETECTOR_INVALID',
    message: expect.stringContaining('changed') as string,
  });
});

const shared = process.env.TINTYPE_SHARED ?? resolve(import.meta.dirname, '../../../../../../shared');
const yolox = join(shared, 'models/yolox_nano.onnx');
const ultraface = join(shared, 'models/ultraface-RFB-320.onnx');
const persons = join(shared, 'data/persons');
const isThere = existsSync(yolox) && existsSync(persons);
const skipped = isThere ? '' : ' (skipped: ../shared is not here)';

const hashOf = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex');

/** Picture -> `0`, `1` or `2+` persons; the clear ones. */
function listClearPictures(): { path: string; persons: string }[] {
  return readFileSync(join(persons, 'labels.csv'), 'utf8')
    .split('\n')
    .slice(1)
    .map((line) => line.split(','))
    .filter(([file, , isHard]) => file && isHard === '0')
    .map(([file = '', count = '']) => ({ path: join(persons, file), persons: count }));
}

test.skipIf(!isThere)(`YOLOX-nano counts none, one or many on at least 47 of 48 clear pictures${skipped}`, async () => {
  const classNames = readFileSync(join(shared, 'models/coco_classes.txt'), 'utf8').trim().split('\n');
  await using detector = await openDetector(aDetector('yolox', hashOf(yolox), classNames), yolox);

  const pictures = listClearPictures();
  let right = 0;
  for (const { path, persons: expected } of pictures) {
    const found = await detector.detect({ bytes: readFileSync(path), limits });
    const count = found.filter(({ className }) => className === 'person').length;
    if ((count >= 2 ? '2+' : String(count)) === expected) right += 1;
  }

  expect(pictures).toHaveLength(48);
  expect(right).toBeGreaterThanOrEqual(47);
});

test.skipIf(!existsSync(ultraface) || !isThere)(
  `the face detector finds faces in portraits far more often than where nobody is${skipped}`,
  async () => {
    await using detector = await openDetector(aDetector('ultraface', hashOf(ultraface), ['face']), ultraface);
    const shareWithFace = async (paths: readonly string[]): Promise<number> => {
      let withFace = 0;
      for (const path of paths) {
        const found = await detector.detect({ bytes: readFileSync(path), limits });
        if (found.length > 0) withFace += 1;
      }
      return withFace / paths.length;
    };
    const women = join(shared, 'data/portraits/woman');
    const portraits = readdirSync(women)
      .slice(0, 40)
      .map((name) => join(women, name));
    const empty = listClearPictures()
      .filter(({ persons: count }) => count === '0')
      .map(({ path }) => path);

    const [present, absent] = [await shareWithFace(portraits), await shareWithFace(empty)];

    expect(present).toBeGreaterThan(0.7);
    expect(absent).toBeLessThan(0.3);
  },
);
