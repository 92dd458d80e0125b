/** @file Numbers and times as people read them: with their unit, and the same number of digits in a column. */

/** No-break space: a number never parts from its unit. */
const space = '\u00a0';
const counts = new Intl.NumberFormat('en-US');

/** 0.8731 -> `87.3 %`. */
export const formatShare = (share: number, digits = 1): string => `${(share * 100).toFixed(digits)}${space}%`;

/** [0.851, 0.892] -> `85.1–89.2`. */
export const formatInterval = ([low, high]: readonly [number, number], digits = 1): string =>
  `${(low * 100).toFixed(digits)}–${(high * 100).toFixed(digits)}`;

/** 0.8731 and [0.851, 0.892] -> `87.3 % (85.1–89.2)`. */
export const formatShareWithInterval = (share: number, interval: readonly [number, number]): string =>
  `${formatShare(share)} (${formatInterval(interval)})`;

/** 12345 -> `12,345`. */
export const formatCount = (count: number): string => counts.format(count);

/** 1 -> `1 picture`, 12345 -> `12,345 pictures`. */
export const formatCounted = (count: number, one: string, many = `${one}s`): string =>
  `${formatCount(count)} ${count === 1 ? one : many}`;

/** 86 -> `86 ms`, 1234 -> `1.2 s`. */
export const formatDuration = (durationMs: number): string =>
  durationMs < 1000 ? `${Math.round(durationMs)}${space}ms` : `${(durationMs / 1000).toFixed(1)}${space}s`;

/** Of what takes long, to the precision that matters: 45,000 -> `45 s`, 200,000 -> `3 min 20 s`, 7,500,000 -> `2 h 5 min`. */
export function formatSpan(durationMs: number): string {
  if (durationMs < 9950) return formatDuration(durationMs);
  const seconds = Math.round(durationMs / 1000);
  if (seconds < 60) return `${seconds}${space}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return joinSpan([minutes, 'min'], [minutes < 10 ? seconds % 60 : 0, 's']);
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? joinSpan([hours, 'h'], [minutes % 60, 'min'])
    : `${formatCount(Math.round(hours / 24))}${space}days`;
}

const joinSpan = (...parts: readonly (readonly [number, string])[]): string =>
  parts
    .filter(([count], n) => n === 0 || count > 0)
    .map(([count, unit]) => `${count}${space}${unit}`)
    .join(' ');

/** 1536 -> `1.5 KiB`. */
export function formatSize(sizeBytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = sizeBytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(sizeBytes) / 10));
  const value = sizeBytes / 1024 ** step;
  return `${step === 0 ? value : value.toFixed(value < 10 ? 1 : 0)}${space}${units[step]}`;
}

const two = (value: number): string => String(value).padStart(2, '0');

/** Local time, sortable: `2026-11-21 05:49`. */
export function formatTime(at: number): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
