/** @file Convolution in two dimensions, and its two gradients: three operators that are each other's gradients. */
import type { ConvAttributes, EmitContext, Operator, OperatorAttributes } from '../operator.ts';
import { isSameShape, type Shape, ShapeError, sizeOf } from '../shape.ts';
import type { TensorType, Value } from '../value.ts';

type Convolutions = Pick<OperatorAttributes, 'conv' | 'convInputGradient' | 'convWeightGradient'>;
export type Size4 = readonly [number, number, number, number];

/** Steps that a window of `reach` elements makes over `size` elements. */
export const countSteps = (size: number, reach: number, stride: number): number =>
  Math.floor((size - reach) / stride) + 1;

/** Elements that a dilated window spans. */
export const reachOf = (kernel: number, dilation: number): number => dilation * (kernel - 1) + 1;

/** [N, O, OH, OW] of [N, C, H, W] under [O, C/groups, KH, KW]. Throws ShapeError. */
function convShape(x: Shape, weight: Shape, { strides, pads, dilations, groups }: ConvAttributes): Size4 {
  if (x.length !== 4 || weight.length !== 4)
    throw new ShapeError(`conv of [${x}] and [${weight}]: both need four axes`);
  const [batch, channels, height, width] = x as Size4;
  const [filters, perGroup, kernelHeight, kernelWidth] = weight as Size4;
  if (channels !== perGroup * groups || filters % groups !== 0)
    throw new ShapeError(`conv of [${x}] and [${weight}] in ${groups} groups: the channels do not fit`);
  const [top, left, bottom, right] = pads;
  const rows = countSteps(height + top + bottom, reachOf(kernelHeight, dilations[0]), strides[0]);
  const columns = countSteps(width + left + right, reachOf(kernelWidth, dilations[1]), strides[1]);
  if (rows < 1 || columns < 1)
    throw new ShapeError(`conv of [${x}] and [${weight}]: the window is larger than the picture`);
  return [batch, filters, rows, columns];
}

type VisitRow = (xOffset: number, weightOffset: number, yOffset: number, count: number) => void;

/**
 * y[n, o, i, j] = Σ x[n, c, i s - p + k d, j s' - p' + l d'] w[o, c, k, l], one row of j at a time: from the offsets given, x moves on by
 * the horizontal stride, y by 1, w not at all.
 */
function forEachRow(x: Shape, weight: Shape, attributes: ConvAttributes, visit: VisitRow): void {
  const { strides, pads, dilations, groups } = attributes;
  const [batch, filters, rows, columns] = convShape(x, weight, attributes);
  const [, channels, height, width] = x as Size4;
  const [, perGroup, kernelHeight, kernelWidth] = weight as Size4;
  for (let filter = 0; filter < filters; filter++)
    for (let c = 0; c < perGroup; c++)
      for (let k = 0; k < kernelHeight; k++)
        for (let l = 0; l < kernelWidth; l++) {
          const channel = Math.floor(filter / (filters / groups)) * perGroup + c;
          const weightOffset = ((filter * perGroup + c) * kernelHeight + k) * kernelWidth + l;
          const shift = l * dilations[1] - pads[1];
          const first = Math.max(0, Math.ceil(-shift / strides[1]));
          const last = Math.min(columns - 1, Math.floor((width - 1 - shift) / strides[1]));
          if (last < first) continue;
          for (let n = 0; n < batch; n++)
            for (let i = 0; i < rows; i++) {
              const row = i * strides[0] - pads[0] + k * dilations[0];
              if (row < 0 || row >= height) continue;
              const xOffset = ((n * channels + channel) * height + row) * width + first * strides[1] + shift;
              visit(xOffset, weightOffset, ((n * filters + filter) * rows + i) * columns + first, last - first + 1);
            }
        }
}

const onnxAttributes = ({ strides, pads, dilations, groups }: ConvAttributes, kernel: Shape) => ({
  kernel_shape: kernel.slice(-2),
  strides,
  pads,
  dilations,
  group: groups,
});

const shapeOf = (type: TensorType | undefined): Shape => (type as TensorType).shape;

/** Its gradients are the other two; that of the bias is the sum of g. */
const conv: Operator<Convolutions['conv']> = {
  inferShape: ([x, weight, bias], attributes) => {
    const shape = convShape(shapeOf(x), shapeOf(weight), attributes);
    if (bias && !isSameShape(bias.shape, [shape[1]]))
      throw new ShapeError(`a bias of [${bias.shape}] for ${shape[1]} channels`);
    return [{ type: 'float32', shape }];
  },
  reference: ({ inputs: [x, weight, bias], outputs, attributes }) => {
    if (!x || !weight) return [];
    const [, filters, rows, columns] = shapeOf(outputs[0]) as Size4;
    const y = new Float64Array(sizeOf(shapeOf(outputs[0])));
    if (bias) for (let i = 0; i < y.length; i++) y[i] = bias.data[Math.floor(i / (rows * columns)) % filters] as number;
    forEachRow(x.shape, weight.shape, attributes, (xOffset, weightOffset, yOffset, count) => {
      const factor = weight.data[weightOffset] as number;
      for (let j = 0, from = xOffset; j < count; j++, from += attributes.strides[1])
        y[yOffset + j] = (y[yOffset + j] as number) + factor * (x.data[from] as number);
    });
    return [y];
  },
  gradient: ({ inputs, gradients, attributes, isNeeded, ops }) => {
    const [x, weight] = inputs as [Value, Value];
    const g = gradients[0] as Value;
    return [
      isNeeded[0] ? ops.convInputGradient(g, weight, { ...attributes, inputShape: x.shape }) : undefined,
      isNeeded[1] ? ops.convWeightGradient(x, g, { ...attributes, weightShape: weight.shape }) : undefined,
      isNeeded[2] ? ops.reduceSum(g, { axes: [0, 2, 3] }) : undefined,
    ];
  },
  onnx: ({ inputs, outputs, inputTypes, attributes, writer }) =>
    writer.node('Conv', inputs, outputs, onnxAttributes(attributes, shapeOf(inputTypes[1]))),
};

/** Linear in g and in the weight, so that with v = dL/d(dx): dL/dg = conv(v, w), and dL/dw = convWeightGradient(v, g). */
const convInputGradient: Operator<Convolutions['convInputGradient']> = {
  inferShape: ([g, weight], { inputShape, ...attributes }) => {
    assertGradientShape(shapeOf(g), convShape(inputShape, shapeOf(weight), attributes));
    return [{ type: 'float32', shape: inputShape }];
  },
  reference: ({ inputs: [g, weight], attributes }) => {
    if (!g || !weight) return [];
    const dx = new Float64Array(sizeOf(attributes.inputShape));
    forEachRow(attributes.inputShape, weight.shape, attributes, (xOffset, weightOffset, yOffset, count) => {
      const factor = weight.data[weightOffset] as number;
      for (let j = 0, to = xOffset; j < count; j++, to += attributes.strides[1])
        dx[to] = (dx[to] as number) + factor * (g.data[yOffset + j] as number);
    });
    return [dx];
  },
  gradient: ({ inputs, gradients, attributes, isNeeded, ops }) => {
    const [g, weight] = inputs as [Value, Value];
    const v = gradients[0] as Value;
    return [
      isNeeded[0] ? ops.conv(v, weight, attributes) : undefined,
      isNeeded[1] ? ops.convWeightGradient(v, g, { ...attributes, weightShape: weight.shape }) : undefined,
    ];
  },
  onnx: ({ inputs, outputs, inputTypes, attributes, writer }) => {
    const { inputShape, strides, pads, dilations } = attributes;
    const [g, weight] = inputTypes.map(shapeOf) as [Size4, Size4];
    // What the window did not reach at the bottom and on the right, since the stride did not divide.
    const rest = [0, 1].map((axis) => {
      const reached =
        ((g[axis + 2] as number) - 1) * strides[axis as 0 | 1] +
        reachOf(weight[axis + 2] as number, dilations[axis as 0 | 1]);
      return (inputShape[axis + 2] as number) + (pads[axis] as number) + (pads[axis + 2] as number) - reached;
    });
    writer.node('ConvTranspose', inputs, outputs, {
      ...onnxAttributes(attributes, weight),
      output_padding: rest,
    });
  },
};

/** Linear in x and in g, so that with v = dL/d(dw): dL/dx = convInputGradient(g, v), and dL/dg = conv(x, v). */
const convWeightGradient: Operator<Convolutions['convWeightGradient']> = {
  inferShape: ([x, g], { weightShape, ...attributes }) => {
    assertGradientShape(shapeOf(g), convShape(shapeOf(x), weightShape, attributes));
    return [{ type: 'float32', shape: weightShape }];
  },
  reference: ({ inputs: [x, g], attributes }) => {
    if (!x || !g) return [];
    const dw = new Float64Array(sizeOf(attributes.weightShape));
    forEachRow(x.shape, attributes.weightShape, attributes, (xOffset, weightOffset, yOffset, count) => {
      let sum = 0;
      for (let j = 0, from = xOffset; j < count; j++, from += attributes.strides[1])
        sum += (x.data[from] as number) * (g.data[yOffset + j] as number);
      dw[weightOffset] = (dw[weightOffset] as number) + sum;
    });
    return [dw];
  },
  gradient: ({ inputs, gradients, attributes, isNeeded, ops }) => {
    const [x, g] = inputs as [Value, Value];
    const v = gradients[0] as Value;
    return [
      isNeeded[0] ? ops.convInputGradient(g, v, { ...attributes, inputShape: x.shape }) : undefined,
      isNeeded[1] ? ops.conv(x, v, attributes) : undefined,
    ];
  },
  onnx: (context) => (isPointwise(context.attributes) ? emitAsProduct(context) : emitAsConv(context)),
};

function assertGradientShape(g: Shape, y: Shape): void {
  if (!isSameShape(g, y)) throw new ShapeError(`a gradient of [${g}] for a convolution that gives [${y}]`);
}

const isPointwise = ({ weightShape, strides, pads, groups }: Convolutions['convWeightGradient']): boolean =>
  groups === 1 && [...weightShape.slice(2), ...strides].every((d) => d === 1) && pads.every((p) => p === 0);

type Emit = EmitContext<Convolutions['convWeightGradient']>;

/** 1x1: with channels first, dw = g xᵀ over all pixels of all pictures. */
function emitAsProduct({ inputs, outputs, inputTypes, attributes: { weightShape }, writer }: Emit): void {
  const [x, g] = inputs.map((name, i) => {
    const [batch, channels, height, width] = shapeOf(inputTypes[i]) as Size4;
    const [turned, flat] = [writer.temporary(), writer.temporary()];
    writer.node('Transpose', [name], [turned], { perm: [1, 0, 2, 3] });
    writer.node('Reshape', [turned, writer.integers([channels, batch * height * width])], [flat]);
    return flat;
  }) as [string, string];
  const product = writer.temporary();
  writer.node('Gemm', [g, x], [product], { transB: 1 });
  writer.node('Reshape', [product, writer.integers(weightShape)], outputs);
}

/**
 * A convolution with the roles turned: x with its pictures as channels, g as the weight, strides and dilations exchanged.
 * x [N, G C', H, W] -> [C', G N, H, W]; g [N, O, OH, OW] -> [O, N, OH, OW]; in G groups these give [C', O, KH, KW].
 */
function emitAsConv({ inputs, outputs, inputTypes, attributes, writer }: Emit): void {
  const { weightShape, strides, pads, dilations, groups } = attributes;
  const [x, g] = inputs as [string, string];
  const [batch, , height, width] = shapeOf(inputTypes[0]) as Size4;
  const [, , rows, columns] = shapeOf(inputTypes[1]) as Size4;
  const [, perGroup, kernelHeight, kernelWidth] = weightShape as Size4;
  const [split, turned, pictures, weight, full] = Array.from({ length: 5 }, () => writer.temporary()) as Names5;
  writer.node('Reshape', [x, writer.integers([batch, groups, perGroup, height * width])], [split]);
  writer.node('Transpose', [split], [turned], { perm: [2, 1, 0, 3] });
  writer.node('Reshape', [turned, writer.integers([perGroup, groups * batch, height, width])], [pictures]);
  writer.node('Transpose', [g], [weight], { perm: [1, 0, 2, 3] });
  // What the windows did not reach at the bottom and on the right is negative padding: cut off after the convolution instead.
  const below = (rows - 1) * strides[0] + reachOf(kernelHeight, dilations[0]) - height - pads[0];
  const beside = (columns - 1) * strides[1] + reachOf(kernelWidth, dilations[1]) - width - pads[1];
  writer.node('Conv', [pictures, weight], [full], {
    kernel_shape: [rows, columns],
    strides: dilations,
    dilations: strides,
    pads: [pads[0], pads[1], Math.max(0, below), Math.max(0, beside)],
    group: groups,
  });
  const isExact = below >= 0 && beside >= 0;
  const exact = isExact ? full : writer.temporary();
  const [starts, ends, axes] = [
    [0, 0],
    [kernelHeight, kernelWidth],
    [2, 3],
  ].map((numbers) => writer.integers(numbers));
  if (!isExact) writer.node('Slice', [full, starts as string, ends as string, axes as string], [exact]);
  writer.node('Transpose', [exact], outputs, { perm: [1, 0, 2, 3] });
}

type Names5 = [string, string, string, string, string];

export const convolutions: { readonly [Name in keyof Convolutions]: Operator<Convolutions[Name]> } = {
  conv,
  convInputGradient,
  convWeightGradient,
};
