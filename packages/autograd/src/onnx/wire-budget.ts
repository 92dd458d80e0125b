/** @file A look at a protobuf file before it is decoded: a few bytes may claim millions of messages, each of which costs memory. */
import type { DescField, DescMessage } from '@bufbuild/protobuf';
import { OnnxError } from './onnx-error.ts';

export interface WireBudget {
  /** Messages, strings and byte strings, each of which becomes an object. */
  readonly objects: number;
  /** Bytes of lists of 64-bit integers: each byte can become one that takes 32. */
  readonly integerBytes: number;
  readonly depth: number;
}

const malformed = (): OnnxError => new OnnxError('it is not an ONNX file or is cut short');

/** Throws OnnxError where the file is cut short, or decoding it would make more than the budget. Skips data without reading it. */
export function assertWireBudget(schema: DescMessage, bytes: Uint8Array, budget: WireBudget): void {
  let { objects, integerBytes } = budget;
  let position = 0;

  function readVarint(end: number): number {
    let value = 0;
    for (let scale = 1; position < end; scale *= 128) {
      const byte = bytes[position++] as number;
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      if (scale > 2 ** 63) break;
    }
    throw malformed();
  }

  function scan(message: DescMessage, end: number, depth: number): void {
    if (depth > budget.depth) throw new OnnxError('its parts are nested too deep');
    const fields = fieldsOf(message);
    while (position < end) {
      const tag = readVarint(end);
      const field = fields.get(Math.floor(tag / 8));
      switch (tag % 8) {
        case 0: {
          const start = position;
          readVarint(end);
          integerBytes -= (position - start) * integerWeight(field);
          break;
        }
        case 1:
          position += 8;
          break;
        case 2: {
          const length = readVarint(end);
          const last = position + length;
          if (last > end) throw malformed();
          if (field?.message) {
            objects -= 1;
            scan(field.message, last, depth + 1);
          } else if (integerWeight(field) > 0) integerBytes -= length * integerWeight(field);
          else objects -= 1;
          position = last;
          break;
        }
        case 5:
          position += 4;
          break;
        default:
          throw malformed();
      }
      if (position > end) throw malformed();
      if (objects < 0 || integerBytes < 0) throw new OnnxError('it has too many parts');
    }
  }
  scan(schema, bytes.length, 0);
}

const tables = new WeakMap<DescMessage, Map<number, DescField>>();

/** By number. */
export function fieldsOf(message: DescMessage): Map<number, DescField> {
  const known = tables.get(message);
  if (known) return known;
  const table = new Map(message.fields.map((field) => [field.number, field]));
  tables.set(message, table);
  return table;
}

/** Lists whose elements become big integers weigh a byte per byte; those of 32 bits become plain numbers and weigh an eighth. */
const weights: ReadonlyMap<string, number> = new Map([
  ...['int64_data', 'uint64_data', 'dims', 'ints', 'value', 'device'].map((name) => [name, 1] as const),
  ['int32_data', 1 / 8],
]);

const integerWeight = (field: DescField | undefined): number =>
  (field?.fieldKind === 'list' && weights.get(field.name)) || 0;
