/** @file Boxes: corrugated and printed card, taped or with open flaps, bulged and worn. */
import type { Art, Material, Mesh } from '../draw/mesh.ts';
import { buildGrid, matte } from '../draw/mesh.ts';
import { fractalNoise } from '../draw/noise.ts';
import type { Random } from '../random.ts';
import type { Vec3 } from '../vector.ts';
import type { Ink } from './print.ts';
import { barCode, chooseContrast, chooseInk, css, emblem, rect, round, smallText, wordMark } from './print.ts';

const cell = 100;

export function cardboardBox(random: Random): Mesh[] {
  const [w, d, h] = [random.between(0.9, 2.2), random.between(0.7, 1.9), random.between(0.5, 2)];
  const isKraft = random.chance(0.75);
  const card: Ink = isKraft
    ? { hue: random.between(22, 38), saturation: random.between(22, 52), lightness: random.between(44, 70) }
    : chooseInk(random);
  const art = drawBox(random, { card, isKraft });
  const paper = matte([1, 1, 1], { art, gloss: isKraft ? 0.03 : 0.35, facet: 0.2 });
  const inside = matte([0.32, 0.24, 0.16], { gloss: 0 });
  const bulge = random.between(-0.05, 0.08);
  const wear = random.between(0.01, 0.05);
  const shift = random.between(0, 16);
  const bend = ([x, y, z]: Vec3): Vec3 => {
    const n = fractalNoise(x * 0.8 + shift, y * 0.8 + z * 0.6) - 0.5;
    const m = fractalNoise(z * 0.9 + shift, x * 0.7 - y * 0.5) - 0.5;
    return [x + n * wear * 2, y + m * wear * 2, z + (n + m) * wear * (z / h)];
  };
  const isOpen = random.chance(0.45);
  const meshes = sides({ w, d, h, bulge }, paper, bend);
  if (isOpen) {
    meshes.push(...sides({ w: w * 0.97, d: d * 0.97, h: h * 0.995, bulge }, inside, bend));
    meshes.push(panel(inside, [0, 0, 1, 1], (u, v) => bend([(u - 0.5) * w * 0.97, (v - 0.5) * d * 0.97, 0.04])));
    meshes.push(...flaps(random, { w, d, h }, paper, bend));
  } else {
    const sink = random.between(-0.04, 0.06);
    meshes.push(
      panel(paper, [2 / 3, 0, 1, 1], (u, v) =>
        bend([(u - 0.5) * w, (v - 0.5) * d, h + sink * Math.sin(u * Math.PI) * Math.sin(v * Math.PI)]),
      ),
    );
  }
  return meshes;
}

function panel(
  material: Material,
  window: readonly [number, number, number, number],
  surface: (u: number, v: number) => Vec3,
): Mesh {
  return buildGrid({ columns: 6, rows: 6, material, window, surface });
}

interface Sides {
  w: number;
  d: number;
  h: number;
  bulge: number;
}

function sides({ w, d, h, bulge }: Sides, material: Material, bend: (p: Vec3) => Vec3): Mesh[] {
  const out = (u: number, v: number): number => bulge * Math.sin(u * Math.PI) * Math.sin(v * Math.PI);
  const [front, end] = [
    [0, 0, 1 / 3, 1],
    [1 / 3, 0, 2 / 3, 1],
  ] as const;
  return [
    panel(material, front, (u, v) => bend([(u - 0.5) * w, -d / 2 - out(u, v), v * h])),
    panel(material, end, (u, v) => bend([w / 2 + out(u, v), (u - 0.5) * d, v * h])),
    panel(material, front, (u, v) => bend([(0.5 - u) * w, d / 2 + out(u, v), v * h])),
    panel(material, end, (u, v) => bend([-w / 2 - out(u, v), (0.5 - u) * d, v * h])),
  ];
}

/** Four lids hinged on the upper edges; the angle is 0 flat over the opening and pi hanging outside. */
function flaps(random: Random, { w, d, h }: Omit<Sides, 'bulge'>, material: Material, bend: (p: Vec3) => Vec3): Mesh[] {
  const length = Math.min(w, d) * random.between(0.4, 0.52);
  const curl = random.between(-0.15, 0.3);
  const one = (along: Vec3, outward: Vec3, offset: number, width: number): Mesh => {
    const angle = random.between(1.2, 2.9);
    return panel(material, [0.68, 0.02, 0.98, 0.3], (u, v) => {
      const turned = angle + curl * v;
      const reach = offset - Math.cos(turned) * length * v;
      const side = (u - 0.5) * width * (1 - 0.06 * v);
      return bend([
        along[0] * side + outward[0] * reach,
        along[1] * side + outward[1] * reach,
        h + Math.sin(turned) * length * v,
      ]);
    });
  };
  return [
    one([1, 0, 0], [0, -1, 0], d / 2, w),
    one([0, 1, 0], [1, 0, 0], w / 2, d),
    one([-1, 0, 0], [0, 1, 0], d / 2, w),
    one([0, -1, 0], [-1, 0, 0], w / 2, d),
  ];
}

/** Three square cells side by side: long side, short side, top. */
function drawBox(random: Random, options: { card: Ink; isKraft: boolean }): Art {
  const { card, isKraft } = options;
  const ink = isKraft ? random.pick(['#2b2118', '#1d2a44', '#7a1f1a', '#20402a']) : css(chooseContrast(random, card));
  const accent = css(chooseInk(random));
  const parts = [rect({ x: 0, y: 0, width: 3 * cell, height: cell }, css(card))];
  if (isKraft) parts.push(flutes(random, card));
  if (!isKraft || random.chance(0.75))
    parts.push(sidePrint(random, 0, ink, accent, isKraft), sidePrint(random, cell, ink, accent, isKraft));
  parts.push(topPrint(random, ink, card));
  for (let i = random.integer(0, 4); i > 0; i--) parts.push(stain(random));
  return { width: 3 * cell, height: cell, body: parts.join('') };
}

function flutes(random: Random, card: Ink): string {
  const color = css({ ...card, lightness: card.lightness - 12 });
  return Array.from({ length: 22 }, (_, i) =>
    rect(
      { x: 0, y: i * 4.6 + random.between(0, 2), width: 3 * cell, height: 1 },
      color,
      `opacity="${round(random.between(0.1, 0.5))}"`,
    ),
  ).join('');
}

function sidePrint(random: Random, x: number, ink: string, accent: string, isKraft: boolean): string {
  const parts: string[] = [];
  if (!isKraft) {
    if (random.chance(0.6))
      parts.push(rect({ x, y: random.between(0, 70), width: cell, height: random.between(10, 40) }, accent));
    parts.push(
      emblem(random, { x: x + random.between(25, 75), y: random.between(55, 75), radius: random.between(12, 26) }, [
        accent,
        ink,
      ]),
    );
  }
  if (random.chance(0.8))
    parts.push(
      wordMark(
        random,
        { x: x + 12, y: random.between(12, 40), width: random.between(45, 76), height: random.between(12, 24) },
        ink,
      ),
    );
  if (isKraft && random.chance(0.6)) parts.push(upArrows(x + random.pick([14, 66]), 66, ink));
  if (random.chance(0.4)) parts.push(barCode(random, { x: x + 58, y: 74, width: 30, height: 16 }));
  if (random.chance(0.4)) parts.push(smallText(random, { x: x + 12, y: 76, width: 30, height: 14 }, ink));
  return parts.join('');
}

const upArrows = (x: number, y: number, ink: string): string =>
  `<path d="M${x} ${y + 10}l5-9l5 9h-3v10h-4v-10zM${x + 12} ${y + 10}l5-9l5 9h-3v10h-4v-10zM${x - 1} ${y + 23}h24v2h-24z" fill="${ink}"/>`;

function topPrint(random: Random, ink: string, card: Ink): string {
  const x = 2 * cell;
  const parts = [rect({ x, y: 49.2, width: cell, height: 1.6 }, css({ ...card, lightness: card.lightness * 0.45 }))];
  if (random.chance(0.75)) {
    const tape = random.pick(['#c9a56b', '#b88a4e', '#e9e4d6', '#d8c9a0', '#f4f4f4']);
    const width = random.between(12, 20);
    parts.push(rect({ x, y: 50 - width / 2, width: cell, height: width }, tape, 'opacity="0.85"'));
    parts.push(rect({ x, y: 50 - width / 2, width: cell, height: 1 }, '#fff', 'opacity="0.4"'));
  }
  const extra = random.pick(['sticker', 'sticker', 'mark', 'none'] as const);
  if (extra === 'sticker') {
    const [px, py] = [x + random.between(8, 45), random.between(8, 55)];
    parts.push(
      rect({ x: px, y: py, width: 42, height: 30 }, '#f3f1ec'),
      barCode(random, { x: px + 3, y: py + 17, width: 36, height: 11 }),
      smallText(random, { x: px + 3, y: py + 4, width: 28, height: 12 }, '#222'),
    );
  } else if (extra === 'mark') {
    parts.push(wordMark(random, { x: x + 14, y: 66, width: 66, height: 20 }, ink));
  }
  return parts.join('');
}

const stain = (random: Random): string =>
  `<ellipse cx="${round(random.between(0, 300))}" cy="${round(random.between(0, 100))}" rx="${round(random.between(4, 20))}" ry="${round(random.between(3, 12))}" fill="#1c120a" opacity="${round(random.between(0.1, 0.3))}"/>`;
