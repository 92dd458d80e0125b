/**
 * @file The outline of an ONNX file: as many bytes as it has, of which those of large tensors stay zero and are never read. It parses as the file does, in a
 * few milliseconds and without the memory, so that ONNX Runtime can be the only one that reads the weights.
 */
import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf';
import { ModelProtoSchema } from './generated/onnx_pb.ts';
import { OnnxError } from './onnx-error.ts';
import { fieldsOf } from './wire-budget.ts';

/** Beyond any list of sizes that a graph computes with, so that no such list is taken for zeros. */
export const skippedBytes = 2 ** 20;
/** Read at a time where little is needed. */
const pieceBytes = 4096;

const malformed = (): OnnxError => new OnnxError('it is not an ONNX file or is cut short');

/** Throws OnnxError where the file is cut short, and what reading it throws. */
export function readOutline(path: string): Uint8Array {
  const file = openSync(path, 'r');
  try {
    const outline = new Outline(file, fstatSync(file).size);
    outline.walk(ModelProtoSchema, outline.bytes.length);
    return outline.bytes;
  } finally {
    closeSync(file);
  }
}

const isData = (field: DescField | undefined): boolean =>
  field?.fieldKind === 'scalar' && field.scalar === ScalarType.BYTES;

class Outline {
  /** Pages that nobody touches take no memory. */
  readonly bytes: Uint8Array;
  readonly #file: number;
  #position = 0;
  /** What is before it was read or skipped. */
  #readTo = 0;

  constructor(file: number, sizeBytes: number) {
    this.#file = file;
    this.bytes = new Uint8Array(sizeBytes);
  }

  walk(message: DescMessage, end: number): void {
    const fields = fieldsOf(message);
    while (this.#position < end) {
      const tag = this.#varint(end);
      const field = fields.get(Math.floor(tag / 8));
      const length = this.#lengthOf(tag % 8, end);
      const last = this.#position + length;
      if (last > end) throw malformed();
      if (tag % 8 === 2 && field?.message) this.walk(field.message, last);
      else if (tag % 8 === 2 && isData(field) && length >= skippedBytes) this.#readTo = Math.max(this.#readTo, last);
      else this.#read(last);
      this.#position = last;
    }
  }

  /** Of what follows a tag of this wire type. */
  #lengthOf(wireType: number, end: number): number {
    if (wireType === 2) return this.#varint(end);
    if (wireType === 1) return 8;
    if (wireType === 5) return 4;
    if (wireType !== 0) throw malformed();
    this.#varint(end);
    return 0;
  }

  #varint(end: number): number {
    let value = 0;
    for (let scale = 1; this.#position < end && scale <= 2 ** 63; scale *= 128) {
      this.#read(this.#position + 1);
      const byte = this.bytes[this.#position++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw malformed();
  }

  /** Everything before `end` that was not skipped. */
  #read(end: number): void {
    while (this.#readTo < end) {
      const length = Math.min(Math.max(pieceBytes, end - this.#readTo), this.bytes.length - this.#readTo);
      const count = readSync(this.#file, this.bytes, this.#readTo, length, this.#readTo);
      if (count === 0) throw malformed();
      this.#readTo += count;
    }
  }
}
