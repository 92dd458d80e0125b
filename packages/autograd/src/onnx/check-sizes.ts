/** @file Refuses tensors whose stated size does not fit their data, and operators that make a huge tensor out of a small constant. */
import { elementTypes, initializerBytes, isSupportedElementType } from './element-types.ts';
import { type NodeProto, type TensorProto, TensorProto_DataLocation } from './generated/onnx_pb.ts';
import { OnnxError } from './onnx-error.ts';

const maxRank = 16;
const maxTensorBytes = 2 ** 31 - 1;
/** Elements that constants may ask for, all together: as float32, 1 GiB. */
const maxConstantElements = 2 ** 28;
/** More padding, or longer outputs, than any picture has. */
const maxExtent = 2 ** 16;

export function checkTensor(tensor: TensorProto): void {
  const name = tensor.name === '' ? 'a constant' : `"${tensor.name}"`;
  if (tensor.dataLocation === TensorProto_DataLocation.EXTERNAL || tensor.externalData.length > 0) {
    throw new OnnxError(`${name} keeps its data in another file`);
  }
  if (tensor.segment) throw new OnnxError(`${name} is split into segments`);
  if (!isSupportedElementType(tensor.dataType))
    throw new OnnxError(`${name} has the unknown element type ${tensor.dataType}`);
  if (tensor.dims.length > maxRank) throw new OnnxError(`${name} has too many dimensions`);
  if (tensor.dims.some((dimension) => dimension < 0n)) throw new OnnxError(`${name} has a negative dimension`);
  const elements = Number(tensor.dims.reduce((product, dimension) => product * dimension, 1n));
  if (elements > maxTensorBytes) throw new OnnxError(`${name} is too large`);
  if (tensor.rawData.length > 0) {
    const expected = initializerBytes(tensor.dataType, elements);
    if (tensor.rawData.length === expected) return;
    throw new OnnxError(
      `${name} has ${tensor.rawData.length} bytes of data where its shape needs ${expected ?? 'text'}`,
    );
  }
  const stored = storedElements(tensor);
  const needed = packedPerByte(tensor) ? Math.ceil(elements / 2) : elements;
  if (stored !== needed)
    throw new OnnxError(`${name} has ${stored} elements of data where its shape needs ${elements}`);
}

/** Two 4-bit integers share one entry of int32_data. */
const packedPerByte = ({ dataType }: TensorProto): boolean =>
  dataType === elementTypes.uint4.id || dataType === elementTypes.int4.id;

function storedElements(tensor: TensorProto): number {
  const { floatData, int32Data, int64Data, doubleData, uint64Data, stringData } = tensor;
  return [floatData, int32Data, int64Data, doubleData, uint64Data, stringData].reduce(
    (sum, { length }) => sum + length,
    0,
  );
}

/** Integer values of an int64 or int32 tensor as numbers; empty for other types. */
export function integersOf(tensor: TensorProto): number[] {
  if (tensor.int64Data.length > 0) return tensor.int64Data.map(Number);
  if (tensor.int32Data.length > 0) return [...tensor.int32Data];
  const { rawData, dataType } = tensor;
  const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
  if (dataType === elementTypes.int64.id) {
    return Array.from({ length: view.byteLength >> 3 }, (_, i) => Number(view.getBigInt64(i * 8, true)));
  }
  if (dataType === elementTypes.int32.id) {
    return Array.from({ length: view.byteLength >> 2 }, (_, i) => view.getInt32(i * 4, true));
  }
  return [];
}

const product = (numbers: readonly number[]): number => numbers.reduce((total, x) => total * Math.abs(x), 1);

/** Operator -> the input that holds a size, and how many elements it asks for at least. */
const sizedByInput: Readonly<Record<string, { input: number; count: (numbers: readonly number[]) => number }>> = {
  ConstantOfShape: { input: 0, count: product },
  Expand: { input: 1, count: product },
  Tile: { input: 1, count: product },
  Reshape: { input: 1, count: (shape) => product(shape.filter((d) => d > 0)) },
  Resize: { input: 3, count: product },
  OneHot: { input: 1, count: product },
  AffineGrid: { input: 1, count: product },
  CenterCropPad: { input: 1, count: product },
  MaxUnpool: { input: 2, count: product },
  HannWindow: { input: 0, count: product },
  HammingWindow: { input: 0, count: product },
  BlackmanWindow: { input: 0, count: product },
};

/** Attributes that say how far an operator reaches or how much it makes. */
const extents: ReadonlySet<string> = new Set(
  `pads kernel_shape strides dilations output_padding output_shape sample_size output_height output_width blocksize hidden_size`.split(
    ' ',
  ),
);

/** What a model's constants may still ask for; one for each model. */
export class ConstantBudget {
  #elements = maxConstantElements;
  /** Constants of the graph by name. */
  readonly constants = new Map<string, TensorProto>();

  /** Throws OnnxError. A size that is computed while the model runs is not seen here: only a memory cap stops that. */
  check(node: NodeProto): void {
    const sized = sizedByInput[node.opType];
    if (sized) this.#spend(node, sized.count(this.#numbers(node, sized.input)));
    if (node.opType === 'Range') {
      const [[start], [limit], [delta]] = [0, 1, 2].map((input) => this.#numbers(node, input)) as [
        number[],
        number[],
        number[],
      ];
      if (start !== undefined && limit !== undefined && delta) this.#spend(node, (limit - start) / delta);
    }
    if (node.opType === 'Pad') assertExtents(node, this.#numbers(node, 1));
    for (const { name, i, ints } of node.attribute) {
      if (name === 'shape') this.#spend(node, product(ints.map(Number)));
      if (extents.has(name)) assertExtents(node, [Number(i), ...ints.map(Number)]);
    }
  }

  #numbers(node: NodeProto, input: number): number[] {
    const tensor = this.constants.get(node.input[input] ?? '');
    return tensor && tensor.dims.length <= 1 && Number(tensor.dims[0] ?? 1n) <= maxRank * 2 ? integersOf(tensor) : [];
  }

  #spend(node: NodeProto, elements: number): void {
    if (elements > 1) this.#elements -= elements;
    if (this.#elements < 0) {
      throw new OnnxError(
        `its constants ask for too much memory: ${node.opType} makes ${elements.toExponential(1)} elements`,
      );
    }
  }
}

function assertExtents(node: NodeProto, numbers: readonly number[]): void {
  const wrong = numbers.find((number) => Math.abs(number) > maxExtent);
  if (wrong !== undefined) throw new OnnxError(`its ${node.opType} has the impossible extent ${wrong}`);
}
