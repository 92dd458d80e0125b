/** @file A detector that is open: bytes of a picture to boxes. For child processes: picture and model may be hostile. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { listInputs } from '@tintype/autograd/onnx/edit-onnx';
import { OnnxError, parseOnnx } from '@tintype/autograd/onnx/read-onnx';
import { floatsOf, openSession, type Session, type Tensor } from '@tintype/autograd/runtime/session';
import type { Detection, Detector } from '@tintype/contracts/detector';
import { TintypeError } from '@tintype/contracts/errors';
import type { PictureLimits } from '@tintype/contracts/picture';
import { readPictureHeader, resolveLimits } from '@tintype/vision/picture-header';
import { preparePixels } from '@tintype/vision/prepare-pixels';
import type { SharedPicture } from '@tintype/vision/shared-picture';
import { toTensor } from '@tintype/vision/to-tensor';
import { firstLine } from '../onnx-features.ts';
import { clampBox, suppressOverlaps } from './boxes.ts';
import { type Answer, detectorFamilies } from './detector-families.ts';

export interface OpenDetector extends AsyncDisposable {
  /** Best first. Throws IMAGE_* for the picture and DETECTOR_INVALID for the model. */
  detect(picture: {
    bytes: Uint8Array;
    limits: PictureLimits;
    /** The same bytes, where others look at them too. */
    shared?: SharedPicture | undefined;
  }): Promise<Detection[]>;
}

interface Size {
  widthPx: number;
  heightPx: number;
}

const maskSizePx = 64;

/** Throws DETECTOR_INVALID for a file that changed, is no ONNX model, or does not answer as its family does. */
export async function openDetector(detector: Detector, modelPath: string): Promise<OpenDetector> {
  const session = await openVerified(detector, modelPath);
  try {
    const io = bindOutputs(detector, session);
    return {
      detect: async ({ bytes, limits, shared }) => {
        const picture = await readSize(bytes, limits);
        const size = fitSize(detector, picture);
        const preprocessing = { ...detector.preprocessing, ...size };
        const pixels = await preparePixels(shared ?? bytes, preprocessing, limits);
        const data = new Float32Array(pixels.length);
        toTensor(pixels, detector.preprocessing, data);
        const answers = await ask(session, io, { data, size });
        const { read } = detectorFamilies[detector.kind];
        const boxes = read(answers, {
          detector,
          inputWidthPx: size.widthPx,
          inputHeightPx: size.heightPx,
          filled: detector.preprocessing.resize === 'letterbox' ? filledShare(picture, size) : { width: 1, height: 1 },
        });
        return suppressOverlaps(boxes, detector.overlap).map((found) => ({ ...found, box: clampBox(found.box) }));
      },
      [Symbol.asyncDispose]: () => session[Symbol.asyncDispose](),
    };
  } catch (error) {
    await session[Symbol.asyncDispose]();
    throw error;
  }
}

async function readSize(bytes: Uint8Array, limits: PictureLimits): Promise<Size> {
  const { widthPx, heightPx } = await readPictureHeader(bytes, resolveLimits(limits));
  return { widthPx, heightPx };
}

/** What the model is given: its fixed size, or the picture's own shape scaled into the family's range. */
export function fitSize({ preprocessing, flexibleSize }: Detector, picture: Size): Size {
  if (!flexibleSize) return { widthPx: preprocessing.widthPx, heightPx: preprocessing.heightPx };
  const [short, long] = [picture.widthPx, picture.heightPx].toSorted((a, b) => a - b) as [number, number];
  const scale = Math.min(flexibleSize.shortestPx / short, flexibleSize.longestPx / long);
  const scaled = (side: number): number => Math.max(1, Math.round(side * scale));
  return { widthPx: scaled(picture.widthPx), heightPx: scaled(picture.heightPx) };
}

/** Share of a letterboxed input that the picture fills. */
export function filledShare(picture: Size, input: Size): { width: number; height: number } {
  const scale = Math.min(input.widthPx / picture.widthPx, input.heightPx / picture.heightPx);
  return {
    width: (picture.widthPx * scale) / input.widthPx,
    height: (picture.heightPx * scale) / input.heightPx,
  };
}

async function openVerified(detector: Detector, modelPath: string): Promise<Session> {
  const bytes = await readFile(modelPath).catch((error: unknown) => {
    throw refuse(detector, 'the file cannot be read', error);
  });
  if (createHash('sha256').update(bytes).digest('hex') !== detector.hash)
    throw refuse(detector, 'the file changed meanwhile');
  try {
    const inputs = listInputs(parseOnnx(bytes));
    if (inputs.length === 0 || inputs.length > 2) throw refuse(detector, `it has ${inputs.length} inputs`);
    return await openSession(bytes);
  } catch (error) {
    if (error instanceof TintypeError) throw error;
    throw refuse(
      detector,
      error instanceof OnnxError ? error.reason : `ONNX Runtime refuses it (${firstLine(error)})`,
      error,
    );
  }
}

interface Names {
  detector: Detector;
  pixels: string;
  /** `pixel_mask [1, h, w]` int64 of DETR exports: all ones, since nothing is padded. */
  mask: { name: string; dims: number[] } | undefined;
  /** In the order of the family's table. */
  outputs: string[];
}

function bindOutputs(detector: Detector, session: Session): Names {
  const { outputs } = detectorFamilies[detector.kind];
  const names = outputs.map((pattern) => {
    const found = session.outputNames.find((name) => pattern.test(name));
    if (found === undefined)
      throw refuse(detector, `it has no output like ${pattern.source}, as ${detector.kind} detectors do`);
    return found;
  });
  const pixels = session.inputs.find(({ dims, type }) => dims.length === 4 && type === 'float32');
  if (!pixels) throw refuse(detector, 'it has no [N, 3, H, W] float32 input');
  const mask = session.inputs.find(({ name }) => name !== pixels.name);
  if (mask && (mask.type !== 'int64' || mask.dims.length !== 3))
    throw refuse(detector, `its input "${mask.name}" is not a pixel mask`);
  const dims = mask?.dims.map((size, axis) => (typeof size === 'number' ? size : axis === 0 ? 1 : maskSizePx));
  return { detector, pixels: pixels.name, mask: mask && dims ? { name: mask.name, dims } : undefined, outputs: names };
}

async function ask(
  session: Session,
  { detector, pixels, mask, outputs }: Names,
  { data, size }: { data: Float32Array; size: Size },
): Promise<Answer[]> {
  const feeds: Record<string, Tensor> = {
    [pixels]: { type: 'float32', dims: [1, 3, size.heightPx, size.widthPx], data },
  };
  if (mask) {
    const count = mask.dims.reduce((product, side) => product * side, 1);
    feeds[mask.name] = { type: 'int64', dims: mask.dims, data: new BigInt64Array(count).fill(1n) };
  }
  try {
    const answers = await session.run(feeds, outputs);
    return outputs.map((name) => ({ dims: answers[name]?.dims ?? [], data: floatsOf(answers, name) }));
  } catch (error) {
    throw refuse(detector, `it cannot be run (${firstLine(error)})`, error);
  }
}

const refuse = ({ name }: Pick<Detector, 'name'>, reason: string, cause?: unknown): TintypeError =>
  new TintypeError('DETECTOR_INVALID', { file: name, reason }, { cause });
