/** @file Pooling in two dimensions, and its gradients. */
import type {
  AveragePoolAttributes,
  MaxPoolAttributes,
  Operator,
  OperatorAttributes,
  Pads,
  Pair,
} from '../operator.ts';
import { isSameShape, type Shape, ShapeError, sizeOf } from '../shape.ts';
import type { TensorType, Value } from '../value.ts';
import { countSteps, reachOf, type Size4 } from './convolution.ts';

type Pooling = Pick<OperatorAttributes, 'maxPool' | 'maxPoolGradient' | 'averagePool' | 'averagePoolGradient'>;

interface Windows {
  readonly kernel: Pair;
  readonly strides: Pair;
  readonly pads: Pads;
  readonly dilations?: Pair;
  readonly ceil: boolean;
}

/** [N, C, OH, OW]. With `ceil`, a last window that overhangs counts too, if it begins inside (https://github.com/onnx/onnx/pull/5741). */
function poolShape(x: Shape, { kernel, strides, pads, dilations = [1, 1], ceil }: Windows): Size4 {
  if (x.length !== 4) throw new ShapeError(`pooling of [${x}]: it needs four axes`);
  const [rows, columns] = ([0, 1] as const).map((axis) => {
    const [size, before, after] = [x[axis + 2] as number, pads[axis] as number, pads[axis + 2] as number];
    const reach = reachOf(kernel[axis], dilations[axis]);
    const steps = countSteps(size + before + after + (ceil ? strides[axis] - 1 : 0), reach, strides[axis]);
    return ceil && (steps - 1) * strides[axis] >= size + before ? steps - 1 : steps;
  }) as [number, number];
  if (rows < 1 || columns < 1) throw new ShapeError(`pooling of [${x}]: the window is larger than the picture`);
  return [x[0] as number, x[1] as number, rows, columns];
}

type VisitWindow = (y: number, pixels: number[], row: number, column: number) => void;

/** Visits every output with the offsets of the pixels that its window holds. */
function forEachWindow(x: Shape, windows: Windows, visit: VisitWindow): void {
  const { kernel, strides, pads, dilations = [1, 1] } = windows;
  const [batch, channels, rows, columns] = poolShape(x, windows);
  const [, , height, width] = x as Size4;
  let y = 0;
  for (let plane = 0; plane < batch * channels; plane++)
    for (let i = 0; i < rows; i++)
      for (let j = 0; j < columns; j++) {
        const pixels: number[] = [];
        for (let k = 0; k < kernel[0]; k++)
          for (let l = 0; l < kernel[1]; l++) {
            const row = i * strides[0] - pads[0] + k * dilations[0];
            const column = j * strides[1] - pads[1] + l * dilations[1];
            if (row >= 0 && row < height && column >= 0 && column < width)
              pixels.push((plane * height + row) * width + column);
          }
        visit(y++, pixels, i, j);
      }
}

const shapeOf = (type: TensorType | undefined): Shape => (type as TensorType).shape;

/** The pads with which windows that overhang just fit: runtimes do not agree on ceil_mode, so none is asked for it. */
function fittingPads(x: Shape, windows: Windows): Pads {
  const { kernel, strides, pads, dilations = [1, 1], ceil } = windows;
  if (!ceil) return pads;
  const steps = poolShape(x, windows);
  const [bottom, right] = ([0, 1] as const).map((axis) => {
    const reached = ((steps[axis + 2] as number) - 1) * strides[axis] + reachOf(kernel[axis], dilations[axis]);
    return Math.max(0, reached - (x[axis + 2] as number) - pads[axis]);
  }) as [number, number];
  return [pads[0], pads[1], bottom, right];
}

const onnxAttributes = (x: Shape, windows: Windows) => ({
  kernel_shape: windows.kernel,
  strides: windows.strides,
  pads: fittingPads(x, windows),
});

/** Of equal pixels the first one wins. `indices` count through all of x. */
const maxPool: Operator<MaxPoolAttributes> = {
  inferShape: ([x], attributes) => {
    const shape = poolShape(shapeOf(x), attributes);
    return [
      { type: 'float32', shape },
      { type: 'int64', shape },
    ];
  },
  reference: ({ inputs: [x], outputs, attributes }) => {
    if (!x) return [];
    const [maxima, indices] = [0, 1].map(() => new Float64Array(sizeOf(shapeOf(outputs[0])))) as [
      Float64Array,
      Float64Array,
    ];
    forEachWindow(x.shape, attributes, (y, pixels) => {
      const largest = Math.max(...pixels.map((pixel) => x.data[pixel] as number));
      maxima[y] = largest;
      indices[y] = pixels.find((pixel) => x.data[pixel] === largest) ?? 0;
    });
    return [maxima, indices];
  },
  gradient: ({ inputs: [x], outputs: [y, indices], gradients: [g], attributes, ops }) =>
    g ? [ops.maxPoolGradient({ g, x: x as Value, y: y as Value, indices: indices as Value }, attributes)] : [],
  onnx: ({ inputs, outputs, inputTypes, attributes, writer }) =>
    writer.node('MaxPool', inputs, outputs, {
      ...onnxAttributes(shapeOf(inputTypes[0]), attributes),
      dilations: attributes.dilations,
    }),
};

/** g goes to the pixel that won. Linear in g; x and y are there for forms that do without indices. */
const maxPoolGradient: Operator<Pooling['maxPoolGradient']> = {
  inferShape: ([g, x, y, indices], { inputShape, ...attributes }) => {
    const shape = poolShape(inputShape, attributes);
    if ([g, y, indices].some((type) => !isSameShape(shapeOf(type), shape)) || !isSameShape(shapeOf(x), inputShape))
      throw new ShapeError(`a gradient of [${shapeOf(g)}] for max pooling that gives [${shape}]`);
    return [{ type: 'float32', shape: inputShape }];
  },
  reference: ({ inputs: [g, , , indices], attributes: { inputShape } }) => {
    const dx = new Float64Array(sizeOf(inputShape));
    for (const [i, pixel] of indices?.data.entries() ?? []) dx[pixel] = (dx[pixel] as number) + (g?.data[i] as number);
    return [dx];
  },
  gradient: ({ inputs: [, , , indices], gradients, ops }) => {
    const v = gradients[0] as Value;
    return [ops.gather(ops.reshape(v, [-1]), indices as Value), undefined, undefined, undefined];
  },
  onnx: ({ inputs: [g, , , indices], outputs, inputTypes, attributes: { inputShape }, writer }) => {
    const [zeros, flatG, flatIndices, flat] = [0, 1, 2, 3].map(() => writer.temporary()) as [
      string,
      string,
      string,
      string,
    ];
    const count = writer.integers([sizeOf(shapeOf(inputTypes[0]))]);
    writer.node('Expand', [writer.floats([0], []), writer.integers([sizeOf(inputShape)])], [zeros]);
    writer.node('Reshape', [g as string, count], [flatG]);
    writer.node('Reshape', [indices as string, count], [flatIndices]);
    writer.node('ScatterElements', [zeros, flatIndices, flatG], [flat], { axis: 0, reduction: 'add' });
    writer.node('Reshape', [flat, writer.integers(inputShape)], outputs);
  },
};

/** What the sum over a window is divided by: all of it, pads included or not, but never what overhangs the pads. */
function countOf(x: Shape, windows: AveragePoolAttributes, pixels: number[], row: number, column: number): number {
  if (!windows.countPads) return pixels.length;
  const { kernel, strides, pads } = windows;
  const [height, width] = ([0, 1] as const).map((axis) => {
    const start = (axis === 0 ? row : column) * strides[axis];
    const padded = (x[axis + 2] as number) + (pads[axis] as number) + (pads[axis + 2] as number);
    return Math.min(kernel[axis], padded - start);
  }) as [number, number];
  return height * width;
}

/** [1, 1, OH, OW]: the counts of every output. */
function countsOf(x: Shape, windows: AveragePoolAttributes): { counts: number[]; shape: Shape } {
  const counts: number[] = [];
  const plane = [1, 1, ...x.slice(2)];
  forEachWindow(plane, windows, (_, pixels, row, column) => counts.push(countOf(x, windows, pixels, row, column)));
  return { counts, shape: poolShape(plane, windows) };
}

const averagePool: Operator<AveragePoolAttributes> = {
  inferShape: ([x], attributes) => [{ type: 'float32', shape: poolShape(shapeOf(x), attributes) }],
  reference: ({ inputs: [x], outputs, attributes }) => {
    const means = new Float64Array(sizeOf(shapeOf(outputs[0])));
    forEachWindow(shapeOf(x as unknown as TensorType), attributes, (y, pixels, row, column) => {
      const sum = pixels.reduce((total, pixel) => total + (x?.data[pixel] as number), 0);
      means[y] = sum / countOf(x?.shape as Shape, attributes, pixels, row, column);
    });
    return [means];
  },
  gradient: ({ inputs, gradients, attributes, ops }) => [
    ops.averagePoolGradient(gradients[0] as Value, { ...attributes, inputShape: (inputs[0] as Value).shape }),
  ],
  onnx: ({ inputs, outputs, inputTypes, attributes, writer }) => {
    const x = shapeOf(inputTypes[0]);
    const flags = { ...onnxAttributes(x, attributes), count_include_pad: attributes.countPads ? 1 : 0 };
    const { counts, shape } = countsOf(x, attributes);
    const whole = attributes.kernel[0] * attributes.kernel[1];
    if (!attributes.countPads || counts.every((count) => count === whole))
      return writer.node('AveragePool', inputs, outputs, flags);
    // ONNX knows pads only: what overhangs them was counted too.
    const averages = writer.temporary();
    writer.node('AveragePool', inputs, [averages], flags);
    const corrections = counts.map((count) => whole / count);
    writer.node('Mul', [averages, writer.floats(corrections, shape)], outputs);
  },
};

/** Every pixel gets g / count of each window that holds it. Linear, so that its own gradient is average pooling. */
const averagePoolGradient: Operator<Pooling['averagePoolGradient']> = {
  inferShape: ([g], { inputShape, ...attributes }) => {
    const shape = poolShape(inputShape, attributes);
    if (!isSameShape(shapeOf(g), shape))
      throw new ShapeError(`a gradient of [${shapeOf(g)}] for pooling that gives [${shape}]`);
    return [{ type: 'float32', shape: inputShape }];
  },
  reference: ({ inputs: [g], attributes }) => {
    const dx = new Float64Array(sizeOf(attributes.inputShape));
    forEachWindow(attributes.inputShape, attributes, (y, pixels, row, column) => {
      const share = (g?.data[y] as number) / countOf(attributes.inputShape, attributes, pixels, row, column);
      for (const pixel of pixels) dx[pixel] = (dx[pixel] as number) + share;
    });
    return [dx];
  },
  gradient: ({ gradients, attributes, ops }) => [ops.averagePool(gradients[0] as Value, attributes)],
  /** A transposed convolution with a window of ones, every plane a picture of its own. */
  onnx: ({ inputs: [g], outputs, inputTypes, attributes, writer }) => {
    const { inputShape, kernel, strides } = attributes;
    const [batch, channels, rows, columns] = shapeOf(inputTypes[0]) as Size4;
    const { counts, shape } = countsOf(inputShape, attributes);
    const [shares, planes, spread] = [0, 1, 2].map(() => writer.temporary()) as [string, string, string];
    writer.node(
      'Mul',
      [
        g as string,
        writer.floats(
          counts.map((count) => 1 / count),
          shape,
        ),
      ],
      [shares],
    );
    writer.node('Reshape', [shares, writer.integers([batch * channels, 1, rows, columns])], [planes]);
    const fitting = fittingPads(inputShape, attributes);
    const rest = ([0, 1] as const).map((axis) => {
      const padded = (inputShape[axis + 2] as number) + fitting[axis] + fitting[(axis + 2) as 2 | 3];
      return padded - ((axis === 0 ? rows : columns) - 1) * strides[axis] - kernel[axis];
    });
    const ones = writer.floats(
      Array.from({ length: kernel[0] * kernel[1] }, () => 1),
      [1, 1, ...kernel],
    );
    writer.node('ConvTranspose', [planes, ones], [spread], {
      kernel_shape: kernel,
      strides,
      pads: fitting,
      output_padding: rest,
    });
    writer.node('Reshape', [spread, writer.integers(inputShape)], outputs);
  },
};

export const pooling: { readonly [Name in keyof Pooling]: Operator<Pooling[Name]> } = {
  maxPool,
  maxPoolGradient,
  averagePool,
  averagePoolGradient,
};
