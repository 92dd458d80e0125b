/** @file Wrap-around prints: drink cans' paint and bottles' labels, from the same few motifs. */
import type { Art } from '../draw/mesh.ts';
import type { Random } from '../random.ts';
import type { Ink } from './print.ts';
import { barCode, chooseContrast, chooseInk, css, emblem, rect, round, smallText, wordMark } from './print.ts';

const width = 240;
const height = 120;

/** Twice round the thing: what one sees from the front comes again at the back. */
export function drawWrap(random: Random, paper: Ink = chooseInk(random)): Art {
  const ink = css(chooseContrast(random, paper));
  const accent = css(chooseInk(random));
  const second = css({ ...paper, lightness: paper.lightness + (paper.lightness > 50 ? -22 : 22) });
  const parts = [rect({ x: 0, y: 0, width, height }, css(paper)), motif(random, second, accent)];
  for (const x of random.chance(0.75) ? [0, width / 2] : [0]) {
    const isUpright = random.chance(0.35);
    if (isUpright) {
      parts.push(
        `<g transform="translate(${x + 75} 12) rotate(90)">${wordMark(random, { x: 0, y: 0, width: 96, height: 30 }, ink)}</g>`,
      );
    } else {
      parts.push(
        wordMark(
          random,
          { x: x + 12, y: random.between(30, 60), width: random.between(70, 92), height: random.between(16, 34) },
          ink,
        ),
      );
      if (random.chance(0.6))
        parts.push(
          emblem(random, { x: x + 58, y: random.pick([22, 96]), radius: random.between(9, 18) }, [ink, accent]),
        );
    }
  }
  if (random.chance(0.7)) {
    parts.push(
      barCode(random, { x: 108, y: 76, width: 18, height: 26 }),
      smallText(random, { x: 106, y: 30, width: 18, height: 36 }, ink),
    );
  }
  return { width, height, body: parts.join('') };
}

function motif(random: Random, second: string, accent: string): string {
  switch (random.pick(['bands', 'swoosh', 'slant', 'halves', 'dots', 'fade', 'plain'] as const)) {
    case 'bands':
      return Array.from({ length: random.integer(1, 3) }, () =>
        rect({ x: 0, y: random.between(0, 110), width, height: random.between(4, 22) }, random.pick([second, accent])),
      ).join('');
    case 'swoosh': {
      const y = random.between(30, 80);
      return `<path d="M0 ${round(y)}C60 ${round(y - 60)} 90 ${round(y + 60)} 120 ${round(y)}S210 ${round(y + 60)} 240 ${round(y)}V${round(y + 26)}C210 ${round(y + 80)} 150 ${round(y - 30)} 120 ${round(y + 26)}S60 ${round(y - 30)} 0 ${round(y + 26)}z" fill="${accent}"/>`;
    }
    case 'slant':
      return Array.from({ length: 4 }, (_, i) => `<path d="M${i * 60} 0h26l-30 120h-26z" fill="${second}"/>`).join('');
    case 'halves':
      return rect({ x: 0, y: random.between(45, 80), width, height }, random.pick([second, accent]));
    case 'dots':
      return Array.from(
        { length: random.integer(15, 40) },
        () =>
          `<circle cx="${round(random.between(0, width))}" cy="${round(random.between(0, height))}" r="${round(random.between(1.5, 6))}" fill="${second}"/>`,
      ).join('');
    case 'fade':
      return `<defs><linearGradient id="f" x2="0" y2="1"><stop offset="0" stop-color="${accent}" stop-opacity="0"/><stop offset="1" stop-color="${accent}"/></linearGradient></defs>${rect({ x: 0, y: 0, width, height }, 'url(#f)')}`;
    default:
      return '';
  }
}
