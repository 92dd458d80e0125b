/** @file Arrays are read back as they were written, and have the bytes that NumPy writes. */
import { expect, test } from 'vitest';
import { readZip } from '../../model/formats/read-zip.ts';
import { integerArray, parseNpy, readIntegers, readText, renderNpy, renderNpz, textArray } from './npy.ts';

test('an array has the bytes of numpy.save', () => {
  const file = Buffer.from(
    renderNpy({ type: '|u1', shape: [2, 2, 3], bytes: Uint8Array.from({ length: 12 }, (_, n) => n) }),
  );

  // numpy.save(file, numpy.arange(12, dtype='u1').reshape(2, 2, 3))
  const header = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 2, 3), }";
  expect(file.subarray(0, 8)).toEqual(Buffer.from([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0]));
  expect(file.readUInt16LE(8)).toBe(118);
  expect(file.toString('latin1', 10, 128)).toBe(`${header.padEnd(117)}\n`);
  expect(file.subarray(128)).toEqual(Buffer.from([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]));
});

test('text and whole numbers are read back', () => {
  const words = ['cat', 'ünïcode 🐈', ''];

  const text = parseNpy(renderNpy(textArray(words)));
  const numbers = parseNpy(renderNpy(integerArray([0, -1, 2 ** 40])));

  expect(text && readText(text)).toEqual(words);
  expect(numbers && readIntegers(numbers)).toEqual([0, -1, 2 ** 40]);
  expect(text && readIntegers(text)).toBeUndefined();
});

test('what is no array is none', () => {
  const whole = renderNpy(integerArray([1, 2]));

  expect(parseNpy(new Uint8Array(20))).toBeUndefined();
  expect(parseNpy(whole.subarray(0, -1))).toBeUndefined();
  expect(parseNpy(new Uint8Array())).toBeUndefined();
});

test('a .npz is a zip of arrays by name', async () => {
  const file = renderNpz({ labels: integerArray([1, 0]), classes: textArray(['cat', 'dog']) });

  const entries = readZip(file, { mostBytes: 1e6 });

  expect([...entries.keys()]).toEqual(['labels.npy', 'classes.npy']);
  const classes = parseNpy((await entries.get('classes.npy')?.read()) as Uint8Array);
  expect(classes && readText(classes)).toEqual(['cat', 'dog']);
});
