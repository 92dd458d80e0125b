/** @file Protobuf's wire format, as much of it as event files need: fields one after another, each a tag and a value. */

const varint = 0;
const fixed64 = 1;
const delimited = 2;
const fixed32 = 5;

/** Fields in the order given; protobuf's own libraries write them by ascending number. */
export function message(...fields: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(fields.reduce((sum, field) => sum + field.length, 0));
  let position = 0;
  for (const field of fields) {
    bytes.set(field, position);
    position += field.length;
  }
  return bytes;
}

/** A whole number, zero or more; left out where it is zero, as proto3 does. */
export function integerField(number: number, value: number): Uint8Array {
  return value === 0 ? new Uint8Array() : Uint8Array.of(number * 8 + varint, ...encodeVarint(value));
}

export function doubleField(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(9);
  bytes[0] = number * 8 + fixed64;
  new DataView(bytes.buffer).setFloat64(1, value, true);
  return bytes;
}

export function floatField(number: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = number * 8 + fixed32;
  new DataView(bytes.buffer).setFloat32(1, value, true);
  return bytes;
}

/** A text, bytes, or a message. */
export function bytesField(number: number, value: string | Uint8Array): Uint8Array {
  const bytes = typeof value === 'string' ? new TextEncoder().encode(value) : value;
  return message(Uint8Array.of(number * 8 + delimited, ...encodeVarint(bytes.length)), bytes);
}

function encodeVarint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) bytes.push((rest % 128) + 128);
  return [...bytes, rest];
}
