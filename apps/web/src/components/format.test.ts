/** @file Numbers carry their unit and the digits people compare by. */
import { expect, test } from 'vitest';
import {
  formatCounted,
  formatDuration,
  formatShare,
  formatShareWithInterval,
  formatSize,
  formatTime,
} from './format.ts';

const plain = (text: string): string => text.replaceAll('\u00a0', ' ');

test('a share is shown with its interval to one decimal', () => {
  expect(plain(formatShareWithInterval(0.8731, [0.851, 0.8923]))).toBe('87.3 % (85.1–89.2)');
  expect(plain(formatShare(1))).toBe('100.0 %');
});

test.each([
  [0, '0 pictures'],
  [1, '1 picture'],
  [12_345, '12,345 pictures'],
])('%i is counted in words', (count, words) => {
  expect(formatCounted(count, 'picture')).toBe(words);
});

test.each([
  [0, '0 bytes'],
  [1023, '1023 bytes'],
  [1536, '1.5 KiB'],
  [20 * 2 ** 20, '20 MiB'],
  [2 ** 50, '1024 TiB'],
])('%i bytes are %s', (sizeBytes, words) => {
  expect(plain(formatSize(sizeBytes))).toBe(words);
});

test('times are short below a second and rounded above', () => {
  expect([86.4, 999.4, 1234].map((ms) => plain(formatDuration(ms)))).toEqual(['86 ms', '999 ms', '1.2 s']);
});

test('a moment is shown in local time, sortable', () => {
  expect(formatTime(new Date(2026, 0, 9, 5, 7).getTime())).toBe('2026-01-09 05:07');
});
