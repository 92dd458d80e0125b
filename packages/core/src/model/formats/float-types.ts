/** @file Floating-point numbers of every stored width as float32. Half: IEEE 754 binary16; bfloat16: the upper half of a float32. */
import { endianness } from 'node:os';
import type { StoredType } from './safetensors-header.ts';

const isBigEndian = endianness() === 'BE';

/** Stored types that become float32. */
export type FloatType = Extract<StoredType, 'F64' | 'F32' | 'F16' | 'BF16'>;

/** Little-endian bytes to numbers; `bytes` may be changed, and the result may share its memory. */
export const toFloat32: Record<FloatType, (bytes: Uint8Array<ArrayBuffer>) => Float32Array> = {
  F64: (bytes) => Float32Array.from(new Float64Array(inMachineOrder(bytes, 8))),
  F32: (bytes) => new Float32Array(inMachineOrder(bytes, 4)),
  F16: (bytes) => widenHalf(new Uint16Array(inMachineOrder(bytes, 2))),
  BF16: (bytes) => widenBrain(new Uint16Array(inMachineOrder(bytes, 2))),
};

export const isFloatType = (type: StoredType): type is FloatType => Object.hasOwn(toFloat32, type);

/** Numbers as little-endian bytes: a view where the machine is so, else a copy. */
export function toLittleEndian(numbers: Float32Array): Uint8Array {
  if (!isBigEndian) return new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength);
  return Buffer.from(numbers.slice().buffer).swap32();
}

/** Memory of its own, aligned, holding exactly these bytes. */
function inMachineOrder(bytes: Uint8Array<ArrayBuffer>, width: 2 | 4 | 8): ArrayBuffer {
  const isWhole = bytes.byteOffset === 0 && bytes.byteLength === bytes.buffer.byteLength;
  const own = isWhole ? bytes.buffer : bytes.slice().buffer;
  if (isBigEndian) Buffer.from(own)[`swap${(width * 8) as 16 | 32 | 64}`]();
  return own;
}

function widenBrain(halves: Uint16Array): Float32Array {
  const bits = new Uint32Array(halves.length);
  for (let n = 0; n < halves.length; n += 1) bits[n] = (halves[n] as number) << 16;
  return new Float32Array(bits.buffer);
}

let halfTable: Float32Array | undefined;

function widenHalf(halves: Uint16Array): Float32Array {
  halfTable ??= Float32Array.from({ length: 2 ** 16 }, (_, bits) => halfValue(bits));
  const numbers = new Float32Array(halves.length);
  for (let n = 0; n < halves.length; n += 1) numbers[n] = halfTable[halves[n] as number] as number;
  return numbers;
}

/** Sign, 5 bits of exponent, 10 of fraction; an exponent of 0 is subnormal, of 31 infinite or not a number. */
function halfValue(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? Number.NaN : sign * Number.POSITIVE_INFINITY;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}
