/** @file The table of detector families: which outputs they have, and how boxes are read from them. Pure. */
import type { Detection, Detector, DetectorKind } from '@tintype/contracts/detector';
import { fromCenter } from './boxes.ts';

/** A tensor of the answer for one picture. */
export interface Answer {
  dims: readonly number[];
  data: Float32Array;
}

export interface ReadContext {
  detector: Pick<Detector, 'classNames' | 'threshold'>;
  /** Size of the pixels that the model was given. */
  inputWidthPx: number;
  inputHeightPx: number;
  /** Part of the input that the picture fills, from the left top corner: less than 1 where it was letterboxed. */
  filled: { width: number; height: number };
}

export interface DetectorFamily {
  /** Source of the meaning of its answer. */
  source: string;
  /** Names in a model's list of outputs, each a pattern; all must be there. */
  outputs: readonly RegExp[];
  /** Input: values as the model takes them. `unit` is 0 to 1 before mean and std; `byte` is 0 to 255. */
  defaults: Omit<Detector, 'kind' | 'name' | 'hash' | 'classNames'>;
  /** Every box with a score of at least the threshold, as shares of the picture; overlaps still there. */
  read: (answers: readonly Answer[], context: ReadContext) => Detection[];
}

/** (value / 255 - 0) / (1 / 255): the byte itself. */
const bytes = { mean: [0, 0, 0], std: [1 / 255, 1 / 255, 1 / 255] } as const;
const imagenet = { mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225] } as const;
const plain = { cropFraction: 1, interpolation: 'linear', channelOrder: 'RGB' } as const;
const mutable = <T extends { mean: readonly number[]; std: readonly number[] }>({ mean, std }: T) => ({
  mean: [...mean] as [number, number, number],
  std: [...std] as [number, number, number],
});

const strides = [8, 16, 32];

export const detectorFamilies: { readonly [Kind in DetectorKind]: DetectorFamily } = {
  yolox: {
    source: 'YOLOX, demo/ONNXRuntime: https://github.com/Megvii-BaseDetection/YOLOX',
    outputs: [/^output/],
    defaults: {
      preprocessing: {
        widthPx: 416,
        heightPx: 416,
        resize: 'letterbox',
        ...plain,
        channelOrder: 'BGR',
        ...mutable(bytes),
      },
      threshold: 0.45,
      overlap: 0.45,
    },
    /** `[1, cells, 5 + K]`: offset in the cell, log size, objectness, class scores; cells of strides 8, 16 and 32 in turn. */
    read: ([answer], { detector, inputWidthPx, inputHeightPx, filled }) => {
      const { data, width } = rowsOf(answer);
      const found: Detection[] = [];
      let row = 0;
      for (const stride of strides) {
        const columns = Math.floor(inputWidthPx / stride);
        for (let cell = 0; cell < columns * Math.floor(inputHeightPx / stride); cell += 1, row += 1) {
          const at = row * width;
          const best = argMax(data, at + 5, at + width);
          const score = (data[at + 4] as number) * (data[best] as number);
          if (!(score >= detector.threshold)) continue;
          const x = (((data[at] as number) + (cell % columns)) * stride) / inputWidthPx / filled.width;
          const y = (((data[at + 1] as number) + Math.floor(cell / columns)) * stride) / inputHeightPx / filled.height;
          const size = {
            width: (Math.exp(data[at + 2] as number) * stride) / inputWidthPx / filled.width,
            height: (Math.exp(data[at + 3] as number) * stride) / inputHeightPx / filled.height,
          };
          found.push({ className: nameOf(detector, best - at - 5), score, box: fromCenter(x, y, size) });
        }
      }
      return found;
    },
  },

  detr: {
    source: 'DETR, https://arxiv.org/abs/2005.12872; outputs as Hugging Face exports them',
    outputs: [/^logits$/, /^pred_boxes$/],
    defaults: {
      preprocessing: { widthPx: 800, heightPx: 800, resize: 'squash', ...plain, ...mutable(imagenet) },
      flexibleSize: { shortestPx: 800, longestPx: 1333 },
      threshold: 0.9,
      overlap: 1,
    },
    /** Softmax over the classes and "no object", which is the last. */
    read: ([logits, boxes], { detector }) =>
      readQueries(logits, boxes, (data, start, end) => {
        const best = argMax(data, start, end - 1);
        const most = Math.max(data[best] as number, data[end - 1] as number);
        let sum = 0;
        for (let at = start; at < end; at += 1) sum += Math.exp((data[at] as number) - most);
        return { best, score: Math.exp((data[best] as number) - most) / sum };
      })
        .filter(({ score }) => score >= detector.threshold)
        .map(({ classIndex, score, box }) => ({ className: nameOf(detector, classIndex), score, box })),
  },

  'd-fine': {
    source: 'D-FINE, https://arxiv.org/abs/2410.13842, and RT-DETR; outputs as Hugging Face exports them',
    outputs: [/^logits$/, /^pred_boxes$/],
    defaults: {
      preprocessing: {
        widthPx: 640,
        heightPx: 640,
        resize: 'squash',
        ...plain,
        mean: [0, 0, 0],
        std: [1, 1, 1],
      },
      threshold: 0.5,
      overlap: 1,
    },
    /** Every class has a sigmoid of its own; there is no "no object". */
    read: ([logits, boxes], { detector }) =>
      readQueries(logits, boxes, (data, start, end) => {
        const best = argMax(data, start, end);
        return { best, score: 1 / (1 + Math.exp(-(data[best] as number))) };
      })
        .filter(({ score }) => score >= detector.threshold)
        .map(({ classIndex, score, box }) => ({ className: nameOf(detector, classIndex), score, box })),
  },

  ultraface: {
    source:
      'Ultra-Light-Fast-Generic-Face-Detector-1MB: https://github.com/Linzaer/Ultra-Light-Fast-Generic-Face-Detector-1MB',
    outputs: [/^scores$/, /^boxes$/],
    defaults: {
      preprocessing: {
        widthPx: 320,
        heightPx: 240,
        resize: 'squash',
        ...plain,
        mean: [127 / 255, 127 / 255, 127 / 255],
        std: [128 / 255, 128 / 255, 128 / 255],
      },
      threshold: 0.7,
      overlap: 0.3,
    },
    /** `scores [1, boxes, 2]` (background, face), `boxes [1, boxes, 4]` corners, both decoded already. */
    read: ([scores, boxes], { detector }) => {
      const corners = rowsOf(boxes);
      return [...Array(corners.count).keys()].flatMap((row) => {
        const score = scores?.data[row * 2 + 1] ?? 0;
        if (!(score >= detector.threshold)) return [];
        const [left = 0, top = 0, right = 0, bottom = 0] = corners.data.subarray(row * 4, row * 4 + 4);
        return [{ className: nameOf(detector, 0), score, box: { left, top, right, bottom } }];
      });
    },
  },
};

/** The last axis is a row, all before it count rows. */
function rowsOf(answer: Answer | undefined): { data: Float32Array; width: number; count: number } {
  const width = answer?.dims.at(-1) ?? 0;
  const data = answer?.data ?? new Float32Array(0);
  return { data, width, count: width === 0 ? 0 : data.length / width };
}

/** `logits [1, queries, K]` with `pred_boxes [1, queries, 4]`: center and size as shares of the picture. */
function readQueries(
  logits: Answer | undefined,
  boxes: Answer | undefined,
  rank: (data: Float32Array, start: number, end: number) => { best: number; score: number },
) {
  const { data, width, count } = rowsOf(logits);
  return [...Array(count).keys()].map((query) => {
    const { best, score } = rank(data, query * width, (query + 1) * width);
    const [x = 0, y = 0, boxWidth = 0, boxHeight = 0] = boxes?.data.subarray(query * 4, query * 4 + 4) ?? [];
    return { classIndex: best - query * width, score, box: fromCenter(x, y, { width: boxWidth, height: boxHeight }) };
  });
}

function argMax(data: Float32Array, start: number, end: number): number {
  let best = start;
  for (let at = start + 1; at < end; at += 1) if ((data[at] as number) > (data[best] as number)) best = at;
  return best;
}

const nameOf = ({ classNames }: Pick<Detector, 'classNames'>, index: number): string =>
  classNames[index] ?? `class ${index}`;
