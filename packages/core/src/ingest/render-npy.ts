/** @file NumPy's .npy, version 1.0: a header of text, padded so that the values start at a multiple of 64 bytes. https://numpy.org/neps/nep-0001-npy-format.html */

/** `shape` in C order, of bytes. */
export function renderNpy(shape: readonly number[], values: Uint8Array): Uint8Array {
  const dimensions = shape.length === 1 ? `${shape[0]},` : shape.join(', ');
  const header = `{'descr': '|u1', 'fortran_order': False, 'shape': (${dimensions}), }`;
  const before = 10;
  const padded = `${header.padEnd(Math.ceil((before + header.length + 1) / 64) * 64 - before - 1)}\n`;
  const bytes = new Uint8Array(before + padded.length + values.byteLength);
  bytes.set([0x93, ...Buffer.from('NUMPY'), 1, 0, padded.length & 0xff, padded.length >> 8]);
  bytes.set(Buffer.from(padded, 'latin1'), before);
  bytes.set(values, before + padded.length);
  return bytes;
}
