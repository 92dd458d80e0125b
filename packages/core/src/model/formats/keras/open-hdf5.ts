/**
 * @file An HDF5 file that is open, by h5wasm, in memory: so a hostile file reaches no other file by a link. For child processes: a damaged
 * file can make the library loop or crash.
 */
import { Dataset, File, Group, ready } from 'h5wasm';
import { ModelRefusal } from '../model-file-error.ts';

export interface StoredArray {
  shape: readonly number[];
  data: Float32Array;
}

export interface Hdf5 extends Disposable {
  /** Undefined where the object or the attribute is not there. */
  findAttribute(path: string, name: string): unknown;
  /** Undefined where there is no such dataset. Throws ModelRefusal where it does not hold floats, or too many. */
  findArray(path: string): StoredArray | undefined;
  /** Names inside a group; none where there is no such group. */
  list(path: string): readonly string[];
}

const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const mostElements = 2 ** 28;
let opened = 0;

export const isHdf5 = (bytes: Uint8Array): boolean => signature.every((byte, at) => bytes[at] === byte);

/** `bytes` must not be changed while it is open. Throws ModelRefusal. */
export async function openHdf5(bytes: Uint8Array): Promise<Hdf5> {
  if (!isHdf5(bytes)) throw new ModelRefusal('it is not an HDF5 file');
  const module = await ready;
  // Without it the library prints what it finds wrong, and goes on.
  module.activate_throwing_error_handler();
  const name = `${(opened += 1)}.h5`;
  const isOwned = true;
  (module.FS as MemoryFiles).createDataFile('/', name, bytes, true, false, isOwned);
  const file = attempt(() => new File(`/${name}`, 'r'));
  const find = (path: string): unknown => attempt(() => file.get(path));
  return {
    findAttribute(path, attribute) {
      const found = find(path) as Group | null;
      return attempt(() => (found?.attrs[attribute]?.value as unknown) ?? undefined);
    },
    findArray(path) {
      const found = find(path);
      return found instanceof Dataset ? readArray(found, path) : undefined;
    },
    list(path) {
      const found = find(path);
      return found instanceof Group ? attempt(() => found.keys()) : [];
    },
    [Symbol.dispose]() {
      attempt(() => file.close());
      (module.FS as MemoryFiles).unlink(`/${name}`);
    },
  };
}

/** As much of Emscripten's file system as is used. */
interface MemoryFiles {
  createDataFile(
    parent: string,
    name: string,
    bytes: Uint8Array,
    canRead: boolean,
    canWrite: boolean,
    canOwn: boolean,
  ): void;
  unlink(path: string): void;
}

function readArray(dataset: Dataset, path: string): StoredArray {
  const { shape, virtual_sources: sources } = attempt(() => dataset.metadata);
  if (!shape || sources) throw new ModelRefusal(`its dataset ${path} is not a plain array`);
  const elements = shape.reduce((product, dimension) => product * dimension, 1);
  if (!(elements <= mostElements)) throw new ModelRefusal(`its dataset ${path} has ${elements} numbers`);
  const data = toFloats(attempt(() => dataset.value));
  if (data?.length !== elements) throw new ModelRefusal(`its dataset ${path} does not hold ${elements} numbers`);
  return { shape, data };
}

/** Counts are integers of 64 bits. Undefined for other integers, which are weights that were quantized, and for texts. */
function toFloats(value: unknown): Float32Array | undefined {
  if (value instanceof Float32Array) return value;
  if (typeof value === 'number' || typeof value === 'bigint') return Float32Array.of(Number(value));
  return value instanceof Float64Array || value instanceof BigInt64Array ? Float32Array.from(value, Number) : undefined;
}

function attempt<T>(work: () => T): T {
  try {
    return work();
  } catch (cause) {
    throw new ModelRefusal('it is not a whole HDF5 file', { cause });
  }
}
