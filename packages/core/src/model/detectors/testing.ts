/** @file For tests: tiny ONNX models with the signature of each detector family, which answer only when they are given the right pixels. */
import { floats, integers, onnxModel, onnxNode, onnxTensor, onnxValue } from '@tintype/autograd/onnx/build-onnx';
import { renderOnnx } from '@tintype/autograd/onnx/write-onnx';
import type { DetectorKind } from '@tintype/contracts/detector';

export interface ProbeDetector {
  kind: DetectorKind;
  /** What it must be given, else it finds nothing: size, and the mean of each channel to within 0.02. */
  widthPx: number;
  heightPx: number;
  means: readonly [number, number, number];
  /** What it answers then, by output: rows of equal length. */
  answer: Readonly<Record<string, readonly (readonly number[])[]>>;
  /** DETR exports take a mask of the pixels too. */
  hasMask?: boolean;
}

/** What each output is multiplied with and moved by where the pixels are wrong, so that nothing is found. */
const silence: { readonly [Kind in DetectorKind]: Readonly<Record<string, number>> } = {
  yolox: { output: 0 },
  detr: { logits: 0, pred_boxes: 0 },
  'd-fine': { logits: -20, pred_boxes: 0 },
  ultraface: { scores: 0, boxes: 0 },
};

/** An ONNX file. */
export function renderProbe({ kind, widthPx, heightPx, means, answer, hasMask = false }: ProbeDetector): Uint8Array {
  const names = Object.keys(answer);
  const nodes = [
    onnxNode('ReduceMean', ['pixels'], ['means'], { axes: [0, 2, 3], keepdims: 0 }),
    onnxNode('Sub', ['means', 'wanted_means'], ['off']),
    onnxNode('Abs', ['off'], ['off_by']),
    onnxNode('ReduceMax', ['off_by'], ['most_off'], { keepdims: 0 }),
    onnxNode('Less', ['most_off', 'tolerance'], ['is_color_right']),
    onnxNode('Shape', ['pixels'], ['shape']),
    onnxNode('Equal', ['shape', 'wanted_shape'], ['sides_right']),
    onnxNode('Cast', ['sides_right'], ['sides'], { to: 1 }),
    onnxNode('ReduceMin', ['sides'], ['all_sides'], { keepdims: 0 }),
    onnxNode('Cast', ['is_color_right'], ['color'], { to: 1 }),
    onnxNode('Mul', ['color', 'all_sides'], ['seen_right']),
    ...(hasMask
      ? [
          onnxNode('Cast', ['mask'], ['mask_values'], { to: 1 }),
          onnxNode('ReduceMin', ['mask_values'], ['is_mask_full'], { keepdims: 0 }),
          onnxNode('Mul', ['seen_right', 'is_mask_full'], ['is_right']),
        ]
      : [onnxNode('Identity', ['seen_right'], ['is_right'])]),
    onnxNode('Sub', ['one', 'is_right'], ['is_wrong']),
    ...names.flatMap((name) => [
      onnxNode('Mul', [`fixed_${name}`, 'is_right'], [`kept_${name}`]),
      onnxNode('Mul', [`silence_${name}`, 'is_wrong'], [`moved_${name}`]),
      onnxNode('Add', [`kept_${name}`, `moved_${name}`], [name]),
    ]),
  ];
  return renderOnnx(
    onnxModel({
      name: 'probe',
      inputs: [
        onnxValue('pixels', 'float32', [1, 3, 'H', 'W']),
        ...(hasMask ? [onnxValue('mask', 'int64', [1, 64, 64])] : []),
      ],
      outputs: names.map((name) => onnxValue(name, 'float32', [1, answer[name]?.length ?? 0, width(answer[name])])),
      nodes,
      initializers: [
        floats('wanted_means', [3], means),
        onnxTensor('tolerance', 'float32', [], Float32Array.of(0.02)),
        onnxTensor('one', 'float32', [], Float32Array.of(1)),
        integers('wanted_shape', [1, 3, heightPx, widthPx]),
        ...names.flatMap((name) => {
          const rows = answer[name] ?? [];
          return [
            floats(`fixed_${name}`, [1, rows.length, width(rows)], rows.flat()),
            onnxTensor(`silence_${name}`, 'float32', [], Float32Array.of(silence[kind][name] ?? 0)),
          ];
        }),
      ],
    }),
  );
}

const width = (rows: readonly (readonly number[])[] | undefined): number => rows?.[0]?.length ?? 0;

/** All rows of a YOLOX answer for a square input: nothing but `found`, by row. */
export function yoloxRows(sidePx: number, classes: number, found: Readonly<Record<number, readonly number[]>>) {
  const cells = [8, 16, 32].reduce((sum, stride) => sum + Math.floor(sidePx / stride) ** 2, 0);
  return Array.from({ length: cells }, (_, row) => found[row] ?? new Array<number>(5 + classes).fill(0));
}
