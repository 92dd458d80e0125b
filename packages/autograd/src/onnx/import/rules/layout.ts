/** @file Import of what moves elements, and of the sizes that it is told by. */
import { ops } from '../../../graph/ops.ts';
import { broadcastShapes, normalizeAxes, type Shape, ShapeError, sizeOf } from '../../../graph/shape.ts';
import { constant, type Value } from '../../../graph/value.ts';
import { OnnxError } from '../../onnx-error.ts';
import type { ImportRule, ImportRules, NodeReader } from '../node-reader.ts';
import { storedValue } from '../stored-tensor.ts';
import { Unsupported } from '../unsupported.ts';

const integers = (numbers: readonly number[], shape: Shape = [numbers.length]): Value =>
  constant(BigInt64Array.from(numbers, BigInt), shape);

/** 0 copies the size of the same axis, unless allowzero says otherwise. */
function reshape(node: NodeReader): Value {
  const x = node.value(0);
  const isCopied = node.integer('allowzero', 0) === 0;
  const shape = node.numbersOrAttribute(1, 'shape') ?? [];
  return ops.reshape(
    x,
    shape.map((size, axis) => (size === 0 && isCopied ? (x.shape[axis] ?? 0) : size)),
  );
}

function flatten(node: NodeReader): Value {
  const x = node.value(0);
  const axis = node.integer('axis', 1);
  const position = axis < 0 ? axis + x.shape.length : axis;
  return ops.reshape(x, [sizeOf(x.shape.slice(0, position)), sizeOf(x.shape.slice(position))]);
}

function squeeze(node: NodeReader): Value {
  const x = node.value(0);
  const named = node.numbersOrAttribute(1, 'axes');
  const axes = named ? normalizeAxes(named, x.shape.length) : [...x.shape.keys()].filter((axis) => x.shape[axis] === 1);
  const wide = axes.find((axis) => x.shape[axis] !== 1);
  if (wide !== undefined) throw new ShapeError(`axis ${wide} of [${x.shape}] is not 1`);
  return ops.reshape(
    x,
    x.shape.filter((_, axis) => !axes.includes(axis)),
  );
}

function unsqueeze(node: NodeReader): Value {
  const x = node.value(0);
  const axes = node.numbersOrAttribute(1, 'axes') ?? [];
  const rank = x.shape.length + axes.length;
  const added = new Set(normalizeAxes(axes, rank));
  const sizes = x.shape.values();
  return ops.reshape(
    x,
    Array.from({ length: rank }, (_, axis) => (added.has(axis) ? 1 : (sizes.next().value as number))),
  );
}

/** [.., n, ..] -> [.., 1, n, ..] stretched -> [.., repeats n, ..], axis by axis. */
function tile(node: NodeReader): Value {
  const repeats = node.numbers(1);
  return repeats.reduce((x, count, axis) => {
    const [before, from] = [x.shape.slice(0, axis), x.shape.slice(axis)];
    const stretched = ops.expand(ops.reshape(x, [...before, 1, ...from]), [...before, count, ...from]);
    return ops.reshape(stretched, [...before, count * (from[0] as number), ...from.slice(1)]);
  }, node.value(0));
}

/** Sizes are an attribute, since opset 13 an input; without them the parts are equal, the last perhaps smaller. */
function split(node: NodeReader): Value[] {
  const x = node.value(0);
  const [axis] = normalizeAxes([node.integer('axis', 0)], x.shape.length) as [number];
  const count = node.node.output.length;
  const total = x.shape[axis] as number;
  const each = Math.ceil(total / count);
  const equal = Array.from({ length: count }, (_, i) => Math.min(each, total - i * each));
  const sizes = node.numbersOrAttribute(1, 'split') ?? equal;
  if (sizes.length !== count) throw new ShapeError(`${count} parts of ${sizes.length} sizes`);
  return ops.split(x, { axis, sizes });
}

/** Everything is an attribute before opset 10. */
function slice(node: NodeReader): Value {
  const [starts = [], ends = []] = [node.numbersOrAttribute(1, 'starts'), node.numbersOrAttribute(2, 'ends')];
  const [axes, steps] = [node.numbersOrAttribute(3, 'axes'), node.findNumbers(4)];
  return ops.slice(node.value(0), { starts, ends, ...(axes && { axes }), ...(steps && { steps }) });
}

/** Indices that do not depend on the picture may be negative: they count from the end. */
function gather(node: NodeReader): Value {
  const [x, indices] = [node.value(0), node.value(1)];
  const [axis] = normalizeAxes([node.integer('axis', 0)], x.shape.length) as [number];
  if (indices.origin.kind !== 'constant') throw new Unsupported('its indices depend on the picture');
  return ops.gather(x, chosen(node.numbers(1), indices.shape, x.shape[axis] as number), axis);
}

function chosen(numbers: readonly number[], shape: Shape, size: number): Value {
  const positions = numbers.map((index) => (index < 0 ? index + size : index));
  const wrong = positions.find((index) => index < 0 || index >= size);
  if (wrong !== undefined) throw new ShapeError(`index ${wrong} of ${size}`);
  return integers(positions, shape);
}

/** Pads per axis, those before first; negative ones cut. Modes other than constant repeat what is there. */
function pad(node: NodeReader): Value {
  const x = node.value(0);
  const rank = x.shape.length;
  const axes = normalizedPadAxes(node, rank);
  const pads = node.numbersOrAttribute(1, 'pads') ?? [];
  if (pads.length !== 2 * axes.length) throw new ShapeError(`${pads.length} pads for ${axes.length} axes`);
  const extents = axes.map((axis, i) => ({
    axis,
    begin: pads[i] as number,
    end: pads[axes.length + i] as number,
  }));
  const mode = node.text('mode', 'constant');
  if (mode !== 'constant') return extents.reduce((value, extent) => repeatEdges(value, extent, mode), x);
  const cut = ops.slice(x, {
    starts: extents.map(({ begin }) => Math.max(0, -begin)),
    ends: extents.map(({ axis, end }) => (x.shape[axis] as number) + Math.min(0, end)),
    axes,
  });
  const perAxis = (choose: (extent: { begin: number; end: number }) => number): number[] =>
    cut.shape.map((_, axis) => {
      const extent = extents.find((candidate) => candidate.axis === axis);
      return extent ? Math.max(0, choose(extent)) : 0;
    });
  const value = node.findNumbers(2)?.[0] ?? node.float('value', 0);
  return ops.pad(cut, { begin: perAxis(({ begin }) => begin), end: perAxis(({ end }) => end), value });
}

/** In the order that the pads are in. */
function normalizedPadAxes(node: NodeReader, rank: number): number[] {
  const named = node.findNumbers(3) ?? Array.from({ length: rank }, (_, axis) => axis);
  normalizeAxes(named, rank);
  return named.map((axis) => (axis < 0 ? axis + rank : axis));
}

function repeatEdges(
  x: Value,
  { axis, begin, end }: { axis: number; begin: number; end: number },
  mode: string,
): Value {
  const size = x.shape[axis] as number;
  const source = sources[mode];
  if (!source) throw new Unsupported(`its mode is ${mode}`);
  if (begin === 0 && end === 0) return x;
  const positions = Array.from({ length: size + begin + end }, (_, i) => source(i - begin, size));
  return ops.gather(x, chosen(positions, [positions.length], size), axis);
}

/** Mode -> which element stands at a position outside. */
const sources: Readonly<Record<string, (at: number, size: number) => number>> = {
  edge: (at, size) => Math.min(Math.max(at, 0), size - 1),
  reflect: (at, size) => size - 1 - Math.abs(size - 1 - Math.abs(at)),
  wrap: (at, size) => ((at % size) + size) % size,
};

/** Blocks of pixels to channels and back: [N, C, H, W] with H = h b, W = w b <-> [N, C b², h, w]. */
function spaceToDepth(node: NodeReader): Value {
  const x = node.value(0);
  const [n, c, height, width] = x.shape as Size4;
  const b = node.integer('blocksize', 1);
  const blocks = ops.reshape(x, [n, c, height / b, b, width / b, b]);
  return ops.reshape(ops.transpose(blocks, [0, 3, 5, 1, 2, 4]), [n, c * b * b, height / b, width / b]);
}

function depthToSpace(node: NodeReader): Value {
  const x = node.value(0);
  const [n, c, height, width] = x.shape as Size4;
  const b = node.integer('blocksize', 1);
  const channels = c / (b * b);
  const isColumnRow = node.text('mode', 'DCR') === 'CRD';
  const blocks = isColumnRow ? [n, channels, b, b, height, width] : [n, b, b, channels, height, width];
  const order = isColumnRow ? [0, 1, 4, 2, 5, 3] : [0, 3, 4, 1, 5, 2];
  return ops.reshape(ops.transpose(ops.reshape(x, blocks), order), [n, channels, height * b, width * b]);
}

type Size4 = readonly [number, number, number, number];

function constantNode(node: NodeReader): Value {
  const tensor = node.findTensor('value');
  if (tensor) return storedValue(tensor);
  const float = node.find('value_float');
  if (float) return constant(Float32Array.of(float.f), []);
  const integer = node.find('value_int');
  if (integer) return integers([Number(integer.i)], []);
  const floats = node.find('value_floats');
  if (floats) return constant(Float32Array.from(floats.floats), [floats.floats.length]);
  const list = node.findIntegers('value_ints');
  if (list) return integers(list);
  throw new Unsupported('it holds no numbers');
}

function constantOfShape(node: NodeReader): Value {
  const stored = node.findTensor('value');
  const value = stored ? storedValue(stored) : constant(new Float32Array(1), [1]);
  return ops.expand(ops.reshape(value, []), node.numbers(0));
}

/** From start to before the limit. */
function range(node: NodeReader): Value {
  const [start = 0, limit = 0, step = 1] = [0, 1, 2].map((input) => node.numbers(input)[0]);
  const length = Math.max(0, Math.ceil((limit - start) / step));
  if (!(length <= 2 ** 24)) throw new OnnxError(`it makes a range of ${length} numbers`);
  const numbers = Array.from({ length }, (_, i) => start + i * step);
  return node.value(0).type === 'int64' ? integers(numbers) : constant(Float32Array.from(numbers), [length]);
}

/** Weights kept as small integers: (q - zero) scale, per axis or for all. */
function dequantize(node: NodeReader): Value {
  const [q, scale, zero] = [node.value(0), node.value(1), node.inputs[2]];
  if (q.origin.kind !== 'constant' || scale.shape.length > 1)
    throw new Unsupported('it undoes a quantization of pictures');
  const axis = node.integer('axis', 1);
  const position = axis < 0 ? axis + q.shape.length : axis;
  const upright = (value: Value): Value =>
    sizeOf(value.shape) === 1
      ? ops.reshape(value, [])
      : ops.reshape(
          value,
          q.shape.map((_, a) => (a === position ? -1 : 1)),
        );
  const shifted = zero ? ops.sub(q, upright(zero)) : q;
  return ops.mul(ops.cast(shifted, 'float32'), upright(scale));
}

const moving = (build: (node: NodeReader) => Value | readonly Value[]): ImportRule => ({ build });

export const layoutRules: ImportRules = {
  Reshape: moving(reshape),
  Flatten: moving(flatten),
  Squeeze: moving(squeeze),
  Unsqueeze: moving(unsqueeze),
  Transpose: moving((node) => {
    const x = node.value(0);
    return ops.transpose(x, node.findIntegers('perm') ?? [...x.shape.keys()].toReversed());
  }),
  /** The class token of a transformer is stretched over the batch. */
  Expand: {
    build: (node) => {
      const x = node.value(0);
      return ops.expand(x, broadcastShapes(x.shape, node.numbers(1)));
    },
    roles: (input) => (input === 0 ? 'token' : undefined),
  },
  Tile: { build: tile, roles: (input) => (input === 0 ? 'token' : undefined) },
  Concat: {
    build: (node) => {
      const parts = node.inputs.filter((input) => input !== undefined);
      return ops.concat(parts, node.integer('axis', 0));
    },
    roles: () => 'operand',
  },
  Split: moving(split),
  Slice: moving(slice),
  Gather: moving(gather),
  Pad: moving(pad),
  SpaceToDepth: moving(spaceToDepth),
  DepthToSpace: moving(depthToSpace),
  Constant: moving(constantNode),
  ConstantOfShape: moving(constantOfShape),
  Range: moving(range),
  DequantizeLinear: moving(dequantize),
  Shape: moving((node) => {
    const { shape } = node.value(0);
    const end = node.find('end') ? node.integer('end', 0) : shape.length;
    return integers(shape.slice(node.integer('start', 0), end));
  }),
  Size: moving((node) => integers([sizeOf(node.value(0).shape)], [])),
};
