/** @file Finds the Keras model in what a person names: an .h5, .keras or TensorFlow.js file, a zip of them, or a folder. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { formatBytes } from '@tintype/contracts/errors';
import { ModelRefusal } from '../model-file-error.ts';
import { isZip, readZip } from '../read-zip.ts';
import type { KerasVersion } from './activations.ts';
import type { Files } from './files.types.ts';
import type { KerasModel } from './keras-model.types.ts';
import { type FindWeights, weightsOfH5, weightsOfKeras, weightsOfTable } from './keras-weights.ts';
import { isHdf5, openHdf5 } from './open-hdf5.ts';
import { parseKerasConfig } from './parse-keras-config.ts';
import { readTensorflowJs } from './read-tensorflow-js.ts';

export interface KerasSource extends Disposable {
  model: KerasModel;
  weights: FindWeights;
  version: KerasVersion;
  /** Such as `Keras 2.12.0`, for the record. */
  madeBy: string;
  isTeachableMachine: boolean;
  /** Text and name of a list of class names that came with the model. */
  labels?: { file: string; text: string };
}

export const mostFileBytes = 2 ** 30;

/** Throws ModelRefusal. */
export async function openKerasSource(path: string): Promise<KerasSource> {
  const status = await stat(path).catch((cause: NodeJS.ErrnoException) => {
    throw new ModelRefusal(cause.code === 'ENOENT' ? 'it does not exist' : `it cannot be read (${cause.code})`, {
      cause,
    });
  });
  if (status.isDirectory()) return openAmong(folderFiles(path, await readdir(path)));
  const besides = folderFiles(dirname(path), await readdir(dirname(path)));
  const name = basename(path);
  if (name.toLowerCase().endsWith('.json')) return openAmong(besides, name);
  const bytes = await besides.read(name);
  if (isHdf5(bytes)) return withLabels(await openH5(bytes), besides, name);
  if (isZip(bytes)) return openArchive(bytes, besides);
  throw new ModelRefusal('it is neither an HDF5 file nor a .keras file nor a zip archive');
}

function folderFiles(folder: string, names: readonly string[]): Files {
  return {
    names,
    read: async (name) => {
      const { size } = await stat(join(folder, name));
      if (size > mostFileBytes)
        throw new ModelRefusal(`${name} has ${formatBytes(size)}; at most ${formatBytes(mostFileBytes)} are read`);
      return readFile(join(folder, name));
    },
  };
}

/** A .keras file is a zip with config.json; other zips hold model files. */
async function openArchive(bytes: Uint8Array, besides: Files): Promise<KerasSource> {
  const entries = readZip(bytes, { mostBytes: mostFileBytes });
  const read = async (name: string): Promise<Uint8Array> => {
    const entry = entries.get(name);
    if (!entry) throw new ModelRefusal(`the archive holds no ${name}`);
    return entry.read();
  };
  if (entries.has('config.json') && entries.has('model.weights.h5'))
    return withLabels(await openKeras(read), besides, 'model.keras');
  // People zip folders: what counts is the name.
  const places = new Map([...entries.keys()].map((name) => [basename(name), name]));
  return openAmong({ names: [...places.keys()], read: (name) => read(places.get(name) ?? name) });
}

async function openAmong(files: Files, named?: string): Promise<KerasSource> {
  const candidates = named === undefined ? files.names : [named];
  const find = (pattern: RegExp): string | undefined => candidates.find((name) => pattern.test(name));
  const h5 = find(/\.(h5|hdf5)$/i);
  if (h5 !== undefined) return withLabels(await openH5(await files.read(h5)), files, h5);
  const keras = find(/\.keras$/i);
  if (keras !== undefined) return openArchive(await files.read(keras), files);
  const json = find(/^model\.json$/i) ?? named;
  if (json !== undefined) return withLabels(await openTensorflowJs(files, json), files, json);
  if (candidates.includes('saved_model.pb'))
    throw new ModelRefusal('it is a TensorFlow SavedModel; load it in Keras and save it as .keras');
  throw new ModelRefusal('it holds no .h5 file, no .keras file and no model.json');
}

async function openH5(bytes: Uint8Array): Promise<KerasSource> {
  const file = await openHdf5(bytes);
  const text = toText(file.findAttribute('/', 'model_config'));
  if (text === undefined) throw new ModelRefusal('it holds weights alone; save the whole model (model.save) instead');
  const madeBy =
    toText(file.findAttribute('/', 'keras_version')) ?? toText(file.findAttribute('/model_weights', 'keras_version'));
  return {
    model: parseKerasConfig(text),
    weights: weightsOfH5(file),
    ...describeVersion(madeBy),
    isTeachableMachine: false,
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

async function openKeras(read: (name: string) => Promise<Uint8Array>): Promise<KerasSource> {
  const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  const model = parseKerasConfig(decode(await read('config.json')));
  const metadata = parseObject(decode(await read('metadata.json')));
  const file = await openHdf5(await read('model.weights.h5'));
  return {
    model,
    weights: weightsOfKeras(file, model),
    ...describeVersion(String(metadata.keras_version)),
    isTeachableMachine: false,
    [Symbol.dispose]: () => file[Symbol.dispose](),
  };
}

async function openTensorflowJs(files: Files, json: string): Promise<KerasSource> {
  const { topology, version, table } = await readTensorflowJs(files, json);
  return {
    model: parseKerasConfig(topology),
    weights: weightsOfTable(table),
    version: { major: version.startsWith('3.') ? 3 : 2 },
    madeBy: `TensorFlow.js (${version})`,
    isTeachableMachine: false,
    [Symbol.dispose]: () => undefined,
  };
}

/** Teachable Machine puts labels.txt beside its keras_model.h5, and metadata.json beside its model.json. */
async function withLabels(source: KerasSource, files: Files, file: string): Promise<KerasSource> {
  for (const list of ['labels.txt', 'labels.csv', 'metadata.json']) {
    if (!files.names.includes(list)) continue;
    const text = new TextDecoder().decode(await files.read(list));
    const stated = list === 'metadata.json' ? parseObject(text) : undefined;
    if (stated && !Array.isArray(stated.labels)) continue;
    const isFromThere =
      (file === 'keras_model.h5' && list === 'labels.txt') || stated?.packageName === '@teachablemachine/image';
    return { ...source, isTeachableMachine: isFromThere, labels: { file: list, text } };
  }
  return source;
}

function describeVersion(stated: string | undefined): Pick<KerasSource, 'version' | 'madeBy'> {
  const major = Number(/^(\d+)\./.exec(stated ?? '')?.[1] ?? 2);
  return { version: { major }, madeBy: `Keras ${stated ?? 'of an unknown version'}` };
}

const toText = (value: unknown): string | undefined =>
  value instanceof Uint8Array ? new TextDecoder().decode(value) : typeof value === 'string' ? value : undefined;

function parseObject(text: string): Record<string, unknown> {
  try {
    return (JSON.parse(text) ?? {}) as Record<string, unknown>;
  } catch {
    return {};
  }
}
