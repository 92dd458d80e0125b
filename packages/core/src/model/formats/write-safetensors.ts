/** @file Writes safetensors: equal tensors and metadata give equal bytes, whatever order they come in. */
import { open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { crashPoint } from '../../ports/crash-point.ts';
import { toLittleEndian } from './float-types.ts';
import type { FloatTensor } from './read-safetensors.ts';
import { renderHeader } from './safetensors-header.ts';

type Tensors = ReadonlyMap<string, FloatTensor>;
type Metadata = Readonly<Record<string, string>>;

/** One write call of the system takes less than 2 GiB. */
const mostWrittenAtOnce = 2 ** 30;

/** F32 throughout, tensors in the order of their names. */
export function renderSafetensors(tensors: Tensors, metadata: Metadata = {}): Uint8Array {
  const parts = renderParts(tensors, metadata);
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let position = 0;
  for (const part of parts) {
    bytes.set(part, position);
    position += part.length;
  }
  return bytes;
}

/**
 * The same bytes as a file, without a copy of them in memory; whole and on the disk before it has its name, which it takes over.
 * Throws STORAGE_FAILED with nothing changed.
 */
export async function writeSafetensors(path: string, tensors: Tensors, metadata: Metadata = {}): Promise<void> {
  const temporary = `${path}.${process.pid}.partial`;
  try {
    const handle = await open(temporary, 'w', 0o600);
    try {
      for (const part of renderParts(tensors, metadata)) {
        for (let done = 0; done < part.length; ) {
          const length = Math.min(part.length - done, mostWrittenAtOnce);
          done += (await handle.write(part, done, length)).bytesWritten;
        }
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    crashPoint('checkpoint.partial');
    await rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(temporary, { force: true });
    const { message } = error as Error;
    throw new TintypeError('STORAGE_FAILED', { operation: `Writing ${path}`, reason: message }, { cause: error });
  }
}

/** The header, then one part per tensor: views of their numbers. */
function renderParts(tensors: Tensors, metadata: Metadata): Uint8Array[] {
  if (tensors.has('__metadata__')) throw new Error('no tensor can be called __metadata__');
  const sorted = [...tensors].toSorted(([a], [b]) => (a < b ? -1 : 1));
  const described = sorted.map(([name, { shape, data }]) => {
    const elements = shape.reduce((product, dimension) => product * dimension, 1);
    if (elements !== data.length) throw new Error(`${name} [${shape.join(', ')}] has ${data.length} numbers`);
    return { name, shape, sizeBytes: data.byteLength };
  });
  return [renderHeader(described, metadata), ...sorted.map(([, { data }]) => toLittleEndian(data))];
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
