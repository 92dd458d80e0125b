/** @file Only what the server would fetch is an address. */
import { expect, test } from 'vitest';
import { parseAddress } from './address.ts';

test.each([
  [' https://a.example/cat.jpg ', 'https://a.example/cat.jpg'],
  ['http://a.example', 'http://a.example/'],
  ['a.example/cat.jpg', undefined],
  ['javascript:alert(1)', undefined],
  ['file:///etc/passwd', undefined],
  ['two words', undefined],
  ['', undefined],
  [`https://a.example/${'x'.repeat(3000)}`, undefined],
])('%j is read as %j', (text, address) => {
  expect(parseAddress(text)).toBe(address);
});
