/** @file Reads safetensors: whole from bytes or a file, or tensor by tensor by position, so that a file is never in memory twice. */
import { type FileHandle, open } from 'node:fs/promises';
import { basename } from 'node:path';
import { isFloatType, toFloat32 } from './float-types.ts';
import { invalidFile } from './model-file-error.ts';
import { parseHeader, parseHeaderLength, prefixBytes, type SafetensorsHeader } from './safetensors-header.ts';

export interface FloatTensor {
  shape: readonly number[];
  /** In row-major order. */
  data: Float32Array;
}

export interface SafetensorsContent {
  /** In the order in which they lie in the file. */
  tensors: Map<string, FloatTensor>;
  metadata: Readonly<Record<string, string>>;
  /** Names of tensors of integers or truth values, which are not read. */
  skipped: readonly string[];
}

export interface OpenSafetensors extends SafetensorsHeader, AsyncDisposable {
  /** F64, F16 and BF16 become float32. Throws MODEL_FILE_INVALID for other types, and where the file changed meanwhile. */
  read(name: string): Promise<FloatTensor>;
}

/** One read call of the system takes less than 2 GiB. */
const mostReadAtOnce = 2 ** 30;

/** Every float tensor, from bytes or the path of a file. Throws MODEL_FILE_INVALID. */
export async function readSafetensors(source: Uint8Array | string): Promise<SafetensorsContent> {
  await using opened = typeof source === 'string' ? await openSafetensors(source) : openBytes(source);
  const tensors = new Map<string, FloatTensor>();
  const skipped: string[] = [];
  for (const [name, { type }] of opened.tensors) {
    if (isFloatType(type)) tensors.set(name, await opened.read(name));
    else skipped.push(name);
  }
  return { tensors, metadata: opened.metadata, skipped };
}

/** Reads the header alone; tensors are read when asked for. Throws MODEL_FILE_INVALID. */
export async function openSafetensors(path: string): Promise<OpenSafetensors> {
  const file = basename(path);
  const handle = await open(path, 'r').catch((error: NodeJS.ErrnoException) => {
    throw invalidFile(file, `it cannot be read (${error.code})`, error);
  });
  try {
    const { size } = await handle.stat();
    const readBytes = (start: number, length: number) => readAt(handle, { file, start, length });
    const length = parseHeaderLength(await readBytes(0, Math.min(prefixBytes, size)), file);
    if (prefixBytes + length > size) throw invalidFile(file, 'its header is cut short');
    const header = parseHeader(await readBytes(prefixBytes, length), { file, sizeBytes: size });
    return withTensors(header, { file, readBytes, close: () => handle.close() });
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function openBytes(bytes: Uint8Array): OpenSafetensors {
  const file = 'The safetensors file';
  const length = parseHeaderLength(bytes, file);
  if (prefixBytes + length > bytes.length) throw invalidFile(file, 'its header is cut short');
  const json = bytes.subarray(prefixBytes, prefixBytes + length);
  return withTensors(parseHeader(json, { file, sizeBytes: bytes.length }), {
    file,
    readBytes: async (start, sizeBytes) => Uint8Array.from(bytes.subarray(start, start + sizeBytes)),
    close: async () => undefined,
  });
}

interface Source {
  file: string;
  readBytes: (start: number, length: number) => Promise<Uint8Array<ArrayBuffer>>;
  close: () => Promise<void>;
}

function withTensors(header: SafetensorsHeader, { file, readBytes, close }: Source): OpenSafetensors {
  return {
    ...header,
    async read(name) {
      const tensor = header.tensors.get(name);
      if (!tensor) throw invalidFile(file, `it holds no tensor ${JSON.stringify(name)}`);
      const { type, shape, start, sizeBytes } = tensor;
      if (!isFloatType(type))
        throw invalidFile(file, `its tensor ${JSON.stringify(name)} is of the type ${type}, not a float`);
      return { shape, data: toFloat32[type](await readBytes(start, sizeBytes)) };
    },
    [Symbol.asyncDispose]: close,
  };
}

async function readAt(
  handle: FileHandle,
  { file, start, length }: { file: string; start: number; length: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await handle.read(bytes, done, Math.min(length - done, mostReadAtOnce), start + done);
    if (bytesRead === 0) throw invalidFile(file, 'it is cut short');
    done += bytesRead;
  }
  return bytes;
}
