/** @file Small charts as SVG text, for reports that have to stand on their own. */
import type { Histogram } from '@tintype/contracts/explore';

/** Okabe and Ito's palette, which the color-blind tell apart, in the order of the page. */
const markColors = ['#0072b2', '#e69f00', '#009e73', '#cc79a7', '#56b4e9', '#d55e00', '#b3a900'] as const;

export const markColor = (position: number): string =>
  position < 0 ? '#8a8a8a' : (markColors[position % markColors.length] as string);

/** What may stand in text and in attributes between double quotes. */
export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`).replace(/[\p{Cc}]/gu, '\u{FFFD}');

/** Bars over their bins; `isHot` marks bins. */
export function renderHistogram(
  { edges, counts }: Histogram,
  { label, isHot = () => false }: { label: string; isHot?: (from: number, to: number) => boolean },
): string {
  const [width, height] = [260, 84];
  const most = Math.max(1, ...counts);
  const step = width / counts.length;
  const bars = counts.map((count, bin) => {
    const tall = count === 0 ? 0 : Math.max(1.5, (count / most) * height);
    const hot = isHot(edges[bin] as number, edges[bin + 1] as number) ? ' class="hot"' : '';
    return `<rect${hot} x="${fix(bin * step + 0.5)}" y="${fix(height - tall)}" width="${fix(step - 1)}" height="${fix(tall)}"/>`;
  });
  return `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(label)}" class="histogram">${bars.join('')}</svg>`;
}

export interface ChartPoint {
  /** -1 to 1. */
  x: number;
  y: number;
  /** Position of its class; -1: none. */
  position: number;
}

export function renderMap(points: readonly ChartPoint[], label: string): string {
  const dots = points.map(
    ({ x, y, position }) => `<circle cx="${fix(x * 490)}" cy="${fix(-y * 490)}" r="4" fill="${markColor(position)}"/>`,
  );
  return `<svg viewBox="-500 -500 1000 1000" role="img" aria-label="${escapeHtml(label)}" class="map">${dots.join('')}</svg>`;
}

const fix = (value: number): string => String(Number(value.toFixed(1)));
