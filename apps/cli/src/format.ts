/** @file Numbers and tables as a person reads them. Pure. */
import type { Interval } from '@tintype/contracts/ids';
import Table from 'cli-table3';
import { stdoutColors } from './colors.ts';

/** `0.8734` -> `87.3 %`. */
export const percent = (share: number): string => `${(share * 100).toFixed(1)} %`;

/** `87.3 % (85.1 to 89.2)`: a share with its 95 % interval. */
export const percentWithInterval = (share: number, [low, high]: Interval): string =>
  `${percent(share)} (${(low * 100).toFixed(1)} to ${(high * 100).toFixed(1)})`;

/** `1234567` -> `1,234,567`. */
export const integer = (value: number): string => value.toLocaleString('en-US');

/** `1 picture`, `1,401 pictures`. */
export const counted = (value: number, one: string, many = `${one}s`): string =>
  `${integer(value)} ${value === 1 ? one : many}`;

/** `850 ms`, `12.3 s`, `3 min 05 s`. */
export function duration(ms: number): string {
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
}

/** `2026-05-04 13:05` in local time. */
export function moment(at: number): string {
  const date = new Date(at);
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What control characters and terminal escapes of a file name become, so that a name cannot write on the terminal. Joiners, of which emoji are made, stay. */
export const printable = (text: string): string => text.replaceAll(/(?![\u200C\u200D])[\p{Cc}\p{Cf}]/gu, '\u{FFFD}');

/** Columns without borders; a column whose header starts with `>` is aligned right. */
export function table(headers: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const none = {
    top: '',
    'top-mid': '',
    'top-left': '',
    'top-right': '',
    bottom: '',
    'bottom-mid': '',
    'bottom-left': '',
  };
  const chars = {
    ...none,
    'bottom-right': '',
    left: '',
    'left-mid': '',
    mid: '',
    'mid-mid': '',
    right: '',
    'right-mid': '',
    middle: '  ',
  };
  const grid = new Table({
    head: headers.map((header) => stdoutColors.dim(header.replace(/^>/, ''))),
    colAligns: headers.map((header) => (header.startsWith('>') ? 'right' : 'left')),
    chars,
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) grid.push(row.map(String));
  return grid
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
}
