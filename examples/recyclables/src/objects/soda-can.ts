/** @file Drink cans: a painted aluminium body with necked ends, a lid with its tab, perhaps a dent. */
import type { Art, Mesh } from '../draw/mesh.ts';
import { buildGrid, matte } from '../draw/mesh.ts';
import type { Deform } from '../draw/revolve.ts';
import { revolve } from '../draw/revolve.ts';
import type { Random } from '../random.ts';
import type { Rgb } from '../vector.ts';
import { chooseDent } from './dent.ts';
import { drawWrap } from './label-art.ts';

const aluminium: Rgb = [0.78, 0.79, 0.8];

export interface CanShape {
  radius: number;
  height: number;
  deform: Deform;
  /** Rows of the body: few where it is straight, many where it folds. */
  rows: number;
  facet: number;
}

/** Radius 1: 330 ml mostly, slim, tall and small cans. */
export const chooseCanHeight = (random: Random): number => random.pick([3.7, 3.7, 3.7, 4.9, 4.6, 2.9]);

export function sodaCan(random: Random): Mesh[] {
  const height = chooseCanHeight(random);
  const dent = random.chance(0.15)
    ? chooseDent(random, { radius: 1, height, depth: random.between(0.1, 0.3) })
    : undefined;
  return buildCan(random, {
    radius: 1,
    height,
    deform: dent ?? ((p) => p),
    rows: dent ? 20 : 8,
    facet: dent ? 0.25 : 0,
  });
}

export function buildCan(random: Random, shape: CanShape): Mesh[] {
  const { radius: r, height: h, deform, rows, facet } = shape;
  const bare = matte(aluminium, { kind: 'metal', roughness: random.between(0.12, 0.3), facet: facet * 0.5 });
  const paint = matte([1, 1, 1], {
    kind: random.chance(0.25) ? 'matte' : 'metal',
    gloss: 1,
    art: drawWrap(random),
    roughness: random.between(0.15, 0.4),
    facet,
  });
  const columns = rows > 10 ? 44 : 36;
  const turn = (profile: readonly (readonly [number, number])[], rowCount: number, material = bare): Mesh =>
    revolve({ profile: profile.map(([x, z]) => [x * r, z] as const), material, columns, rows: rowCount, deform });
  return [
    turn(
      [
        [0, 0.16],
        [0.55, 0.12],
        [0.74, 0],
        [0.8, 0.02],
        [0.9, 0.14],
        [0.985, 0.3],
      ],
      8,
    ),
    revolve({
      profile: [
        [0.985 * r, 0.3],
        [r, 0.36],
        [r, h - 0.45],
        [0.985 * r, h - 0.36],
        [0.9 * r, h - 0.2],
      ],
      material: paint,
      columns,
      rows,
      deform,
    }),
    turn(
      [
        [0.9, h - 0.2],
        [0.83, h - 0.08],
        [0.87, h - 0.02],
        [0.86, h + 0.03],
        [0.81, h + 0.01],
        [0.79, h - 0.09],
      ],
      6,
    ),
    lid(random, { ...shape, material: { ...bare, art: lidArt } }),
  ];
}

function lid(random: Random, shape: CanShape & { material: Mesh['material'] }): Mesh {
  const { radius, height, deform, material } = shape;
  const start = random.between(0, Math.PI * 2);
  return buildGrid({
    columns: 14,
    rows: 14,
    material,
    surface: (u, v) => {
      const [x, y] = squareToDisc(u * 2 - 1, v * 2 - 1);
      const [c, s] = [Math.cos(start), Math.sin(start)];
      return deform([(c * x - s * y) * 0.8 * radius, (s * x + c * y) * 0.8 * radius, height - 0.09]);
    },
  });
}

/** Square to disc with the center and the axes kept; the art's corners fall on the rim. */
const squareToDisc = (x: number, y: number): [number, number] => [
  x * Math.sqrt(1 - (y * y) / 2),
  y * Math.sqrt(1 - (x * x) / 2),
];

const lidArt: Art = {
  width: 100,
  height: 100,
  body:
    '<rect width="100" height="100" fill="#d8dadc"/><circle cx="50" cy="50" r="45" fill="none" stroke="#8b8e92" stroke-width="3"/>' +
    '<path d="M50 12C30 12 30 42 50 44C70 42 70 12 50 12z" fill="#4a4c50"/><path d="M50 14C33 15 33 40 50 42" fill="none" stroke="#f4f4f4" stroke-width="2"/>' +
    '<rect x="41" y="38" width="18" height="38" rx="9" fill="#c3c6c9" stroke="#6d7074" stroke-width="2.5"/><ellipse cx="50" cy="65" rx="5" ry="6.5" fill="#64676b"/>' +
    '<circle cx="50" cy="48" r="4" fill="#f6f6f6" stroke="#777" stroke-width="1.5"/>',
};
