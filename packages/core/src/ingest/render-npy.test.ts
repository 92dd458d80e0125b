/** @file Arrays as NumPy reads them. */
import { expect, test } from 'vitest';
import { renderNpy } from './render-npy.ts';

test('the values start at a multiple of 64 bytes, after a header that says their shape', () => {
  const bytes = Buffer.from(renderNpy([2, 1, 3], Uint8Array.of(1, 2, 3, 4, 5, 6)));

  const headerBytes = bytes.readUInt16LE(8);
  expect(bytes.subarray(0, 8).toString('latin1')).toBe('\x93NUMPY\x01\x00');
  expect((10 + headerBytes) % 64).toBe(0);
  expect(bytes.subarray(10, 10 + headerBytes).toString('latin1')).toMatch(
    /^\{'descr': '\|u1', 'fortran_order': False, 'shape': \(2, 1, 3\), \} *\n$/,
  );
  expect([...bytes.subarray(10 + headerBytes)]).toEqual([1, 2, 3, 4, 5, 6]);
  expect(Buffer.from(renderNpy([6], new Uint8Array(6))).toString('latin1')).toContain('(6,)');
});
