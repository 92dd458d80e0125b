/** @file Structs in Thrift's compact protocol, as far as Parquet's metadata needs it (https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md). Pure. */

const wireTypes = { i32: 5, i64: 6, binary: 8, list: 9, struct: 12 } as const;

export type ThriftValue =
  | { i32: number }
  | { i64: number }
  | { text: string }
  | { list: readonly ThriftValue[]; of: keyof typeof wireTypes }
  | { struct: ThriftStruct };

/** Field id -> value, in the order of the ids; undefined fields are left out. */
export type ThriftStruct = Readonly<Record<number, ThriftValue | undefined>>;

export function renderThrift(struct: ThriftStruct): Uint8Array {
  const bytes: number[] = [];
  writeStruct(bytes, struct);
  return Uint8Array.from(bytes);
}

function writeStruct(bytes: number[], struct: ThriftStruct): void {
  let before = 0;
  for (const [key, value] of Object.entries(struct)) {
    if (!value) continue;
    const id = Number(key);
    // Ids grow by less than 16 in every struct of Parquet.
    bytes.push(((id - before) << 4) | wireTypeOf(value));
    before = id;
    writeValue(bytes, value);
  }
  bytes.push(0);
}

function wireTypeOf(value: ThriftValue): number {
  if ('i32' in value) return wireTypes.i32;
  if ('i64' in value) return wireTypes.i64;
  if ('text' in value) return wireTypes.binary;
  return 'list' in value ? wireTypes.list : wireTypes.struct;
}

function writeValue(bytes: number[], value: ThriftValue): void {
  if ('i32' in value) writeVarint(bytes, zigzag(value.i32));
  else if ('i64' in value) writeVarint(bytes, zigzag(value.i64));
  else if ('text' in value) {
    const text = Buffer.from(value.text);
    writeVarint(bytes, BigInt(text.byteLength));
    bytes.push(...text);
  } else if ('list' in value) writeList(bytes, value);
  else writeStruct(bytes, value.struct);
}

function writeList(bytes: number[], { list, of }: Extract<ThriftValue, { list: unknown }>): void {
  const type = wireTypes[of];
  if (list.length < 15) bytes.push((list.length << 4) | type);
  else {
    bytes.push(0xf0 | type);
    writeVarint(bytes, BigInt(list.length));
  }
  for (const value of list) writeValue(bytes, value);
}

const zigzag = (value: number): bigint => (value >= 0 ? BigInt(value) * 2n : -BigInt(value) * 2n - 1n);

function writeVarint(bytes: number[], value: bigint): void {
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes.push(Number(rest));
}
