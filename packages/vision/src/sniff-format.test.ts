/** @file Formats are told by bytes alone. */
import { expect, test } from 'vitest';
import { sniffFormat } from './sniff-format.ts';
import { aPicture } from './testing/a-picture.ts';

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (c) => c.charCodeAt(0));
const box = (brand: string, ...compatible: string[]): Uint8Array =>
  bytesOf(`\0\0\0${String.fromCharCode(16 + 4 * compatible.length)}ftyp${brand}\0\0\0\0${compatible.join('')}`);

test.each(['jpeg', 'png', 'webp', 'gif', 'tiff', 'avif'] as const)('%s is told by its first bytes', async (format) => {
  const bytes = await aPicture({ widthPx: 16, heightPx: 16 }).toFormat(format).toBuffer();

  expect(sniffFormat(bytes)).toBe(format);
});

test.each([
  ['heic', box('heic', 'mif1')],
  ['heic', box('mif1', 'heic')],
  ['avif', box('mif1', 'avif', 'miaf')],
  ['svg', bytesOf('\u00ef\u00bb\u00bf<?xml version="1.0"?><!-- x --><svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['bmp', bytesOf('BM......')],
  ['psd', bytesOf('8BPS')],
  ['pdf', bytesOf('%PDF-1.7')],
  ['eps', bytesOf('%!PS-Adobe')],
] as const)('%s is named, whatever is done with it', (format, bytes) => {
  expect(sniffFormat(bytes)).toBe(format);
});

test.each(['', '\xff', 'GIF8', '<html><svg></svg></html>', 'PK\x03\x04', 'hello'])('%j is no picture', (text) => {
  expect(sniffFormat(bytesOf(text))).toBeUndefined();
});
