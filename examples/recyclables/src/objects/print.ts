/** @file Printed matter as SVG: word marks of made-up letters, bar codes, stripes, blobs and emblems. No fonts, so every machine draws the same. */
import type { Random } from '../random.ts';

/** Degrees, and shares of 100. */
export interface Ink {
  hue: number;
  saturation: number;
  lightness: number;
}

export const css = (ink: Ink): string => `hsl(${round(ink.hue)},${round(ink.saturation)}%,${round(ink.lightness)}%)`;
export const round = (x: number): number => Math.round(x * 10) / 10;

/** Hues that shops are full of; violet and pink are rare. */
const commonHues = [0, 2, 8, 20, 32, 42, 48, 75, 110, 135, 150, 172, 190, 205, 212, 220, 228, 240, 275, 330] as const;

export function chooseInk(random: Random): Ink {
  if (random.chance(0.25))
    return { hue: 30, saturation: random.between(0, 10), lightness: random.pick([8, 18, 55, 78, 92, 96]) };
  return { hue: chooseHue(random), saturation: random.between(40, 88), lightness: random.between(26, 60) };
}

export const chooseHue = (random: Random): number => random.pick(commonHues) + random.between(-6, 6);

/** An ink that reads well on `paper`. */
export function chooseContrast(random: Random, paper: Ink): Ink {
  const isDark = paper.lightness < 55;
  if (random.chance(0.5))
    return { hue: chooseHue(random), saturation: random.between(0, 30), lightness: isDark ? 94 : 12 };
  return {
    hue: chooseHue(random),
    saturation: random.between(50, 95),
    lightness: isDark ? random.between(62, 80) : random.between(20, 38),
  };
}

export interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

export const rect = (box: Box, fill: string, extra = ''): string =>
  `<rect x="${round(box.x)}" y="${round(box.y)}" width="${round(box.width)}" height="${round(box.height)}" fill="${fill}" ${extra}/>`;

/** Strokes on a 10 by 14 cell, not letters of any alphabet one could read. */
const glyphs = [
  'M1 13V1H9',
  'M1 1V13H9V1',
  'M1 7a4 6 0 1 0 8 0a4 6 0 1 0-8 0',
  'M1 13L5 1L9 13M3 9H7',
  'M1 1H9M5 1V13',
  'M1 13V1L9 13V1',
  'M9 2C3-1 0 4 5 7S7 15 1 12',
  'M1 1V13M9 1L1 8L9 13',
  'M1 1L5 13L9 1',
  'M1 13V1h5a3 3 0 0 1 0 6H1',
  'M9 2A6 6 0 1 0 9 12',
] as const;

export function wordMark(random: Random, box: Box, color: string): string {
  const count = Math.max(2, Math.min(7, Math.round(box.width / box.height / 0.75)));
  const cell = box.width / count;
  const size = Math.min(cell / 12, box.height / 15);
  const weight = round(random.between(1.6, 3.6));
  const slant = random.chance(0.3) ? -12 : 0;
  const letters = Array.from({ length: count }, (_, i) => {
    const x = round(box.x + i * cell + (cell - 10 * size) / 2);
    return `<path transform="translate(${x} ${round(box.y)}) scale(${size.toFixed(3)})" d="${random.pick(glyphs)}"/>`;
  });
  return `<g fill="none" stroke="${color}" stroke-width="${weight}" transform="skewX(${slant})">${letters.join('')}</g>`;
}

export function barCode(random: Random, box: Box): string {
  const bars: string[] = [rect(box, '#fff')];
  for (let x = box.x + 1; x < box.x + box.width - 1; ) {
    const width = random.between(0.6, 2.2);
    bars.push(rect({ x, y: box.y + 1, width, height: box.height - 2 }, '#111'));
    x += width + random.between(0.6, 2);
  }
  return bars.join('');
}

/** Lines of small text, as bars. */
export function smallText(random: Random, box: Box, color: string): string {
  const lines: string[] = [];
  for (let y = box.y; y < box.y + box.height - 1.5; y += 3) {
    lines.push(rect({ x: box.x, y, width: box.width * random.between(0.5, 1), height: 1.2 }, color, 'opacity="0.7"'));
  }
  return lines.join('');
}

export function emblem(
  random: Random,
  center: { x: number; y: number; radius: number },
  colors: readonly [string, string],
): string {
  const { x, y, radius } = center;
  const [a, b] = colors;
  const star = (points: number, inner: number): string =>
    Array.from({ length: points * 2 }, (_, i) => {
      const length = radius * (i % 2 === 0 ? 1 : inner);
      const angle = (i / points) * Math.PI - Math.PI / 2;
      return `${round(x + length * Math.cos(angle))},${round(y + length * Math.sin(angle))}`;
    }).join(' ');
  switch (random.pick(['disc', 'ring', 'star', 'sun', 'wave', 'leaf', 'bolt'] as const)) {
    case 'disc':
      return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius)}" fill="${a}"/><circle cx="${round(x)}" cy="${round(y)}" r="${round(radius * 0.6)}" fill="${b}"/>`;
    case 'ring':
      return `<circle cx="${round(x)}" cy="${round(y)}" r="${round(radius * 0.8)}" fill="none" stroke="${a}" stroke-width="${round(radius * 0.35)}"/>`;
    case 'star':
      return `<polygon points="${star(5, 0.42)}" fill="${a}"/>`;
    case 'sun':
      return `<polygon points="${star(11, 0.7)}" fill="${a}"/><circle cx="${round(x)}" cy="${round(y)}" r="${round(radius * 0.45)}" fill="${b}"/>`;
    case 'wave':
      return `<path d="M${round(x - radius)} ${round(y)}q${round(radius / 2)} ${round(-radius)} ${round(radius)} 0t${round(radius)} 0v${round(radius * 0.6)}q${round(-radius / 2)} ${round(radius)} ${round(-radius)} 0t${round(-radius)} 0z" fill="${a}"/>`;
    case 'leaf':
      return `<path d="M${round(x - radius)} ${round(y + radius * 0.6)}Q${round(x - radius * 0.6)} ${round(y - radius)} ${round(x + radius)} ${round(y - radius * 0.8)}Q${round(x + radius * 0.7)} ${round(y + radius)} ${round(x - radius)} ${round(y + radius * 0.6)}z" fill="${a}"/>`;
    default:
      return `<path d="M${round(x + radius * 0.3)} ${round(y - radius)}L${round(x - radius * 0.6)} ${round(y + radius * 0.2)}H${round(x)}L${round(x - radius * 0.3)} ${round(y + radius)}L${round(x + radius * 0.6)} ${round(y - radius * 0.2)}H${round(x)}z" fill="${a}"/>`;
  }
}
