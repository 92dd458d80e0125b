/** @file A TensorFlow.js layers model: `model.json` with the topology and a manifest of the weights, which lie in files beside it. */
import { ModelRefusal } from '../model-file-error.ts';
import type { Files } from './files.types.ts';
import type { StoredArray } from './open-hdf5.ts';

type Json = Record<string, unknown>;

export interface TensorflowJsModel {
  /** The model's configuration, as JSON. */
  topology: string;
  /** As the file states it. */
  version: string;
  table: Map<string, StoredArray>;
}

const elementTypes: Readonly<Record<string, { bytes: number; read: (view: DataView, at: number) => number }>> = {
  float32: { bytes: 4, read: (view, at) => view.getFloat32(at, true) },
  uint8: { bytes: 1, read: (view, at) => view.getUint8(at) },
  uint16: { bytes: 2, read: (view, at) => view.getUint16(at, true) },
};

/** Throws ModelRefusal. */
export async function readTensorflowJs(files: Files, name: string): Promise<TensorflowJsModel> {
  const record = parse(new TextDecoder().decode(await files.read(name)));
  if (record.format === 'graph-model')
    throw new ModelRefusal('it is a TensorFlow.js graph model; only layers models are read');
  const topology = (record.modelTopology ?? {}) as Json;
  const config = (topology.model_config ?? topology) as Json;
  if (typeof config.class_name !== 'string' || !Array.isArray(record.weightsManifest))
    throw new ModelRefusal('it is not a TensorFlow.js layers model');
  const table = new Map<string, StoredArray>();
  for (const group of record.weightsManifest as Json[]) await readGroup(files, group, table);
  const { keras_version: version } = topology;
  return {
    topology: JSON.stringify(config),
    version: typeof version === 'string' ? version : 'of an unknown version',
    table,
  };
}

/** The files of a group are one run of bytes, cut anywhere. */
async function readGroup(files: Files, { paths, weights }: Json, table: Map<string, StoredArray>): Promise<void> {
  const parts: Uint8Array[] = [];
  for (const path of listOf(paths)) {
    if (typeof path !== 'string' || !files.names.includes(path))
      throw new ModelRefusal(`its weights ${String(path)} are not beside it`);
    parts.push(await files.read(path));
  }
  const bytes = new Uint8Array(Buffer.concat(parts));
  let at = 0;
  for (const weight of listOf(weights)) {
    const { name, array, sizeBytes } = readWeight(weight as Json, bytes, at);
    table.set(name, array);
    at += sizeBytes;
  }
}

function readWeight({ name, shape, dtype, quantization }: Json, bytes: Uint8Array, at: number) {
  const { dtype: storedAs, scale = 1, min = 0 } = (quantization ?? {}) as Json;
  const word = String(storedAs ?? dtype);
  const type = Object.hasOwn(elementTypes, word) ? elementTypes[word] : undefined;
  if (typeof name !== 'string' || !type || (dtype !== 'float32' && quantization === undefined))
    throw new ModelRefusal(`its weights "${String(name)}" are of the type ${word}, which is not read`);
  const dimensions = listOf(shape);
  const isShape = dimensions.every(
    (dimension): dimension is number => Number.isSafeInteger(dimension) && (dimension as number) >= 0,
  );
  const elements = isShape ? dimensions.reduce((product, dimension) => product * dimension, 1) : Number.NaN;
  const sizeBytes = elements * type.bytes;
  if (!(at + sizeBytes <= bytes.length)) throw new ModelRefusal(`its weights "${name}" are cut short`);
  const view = new DataView(bytes.buffer, bytes.byteOffset + at, sizeBytes);
  const [factor, offset] = [Number(scale), Number(min)];
  const data = new Float32Array(elements);
  for (let n = 0; n < elements; n += 1) data[n] = type.read(view, n * type.bytes) * factor + offset;
  return { name, array: { shape: dimensions as number[], data }, sizeBytes };
}

function parse(text: string): Json {
  try {
    return (JSON.parse(text) ?? {}) as Json;
  } catch (cause) {
    throw new ModelRefusal('its model.json is not JSON', { cause });
  }
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
