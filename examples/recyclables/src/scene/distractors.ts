/** @file Small things that lie about and belong to no class: pebbles, paper balls, twigs, bottle caps, leaves. */
import type { Mesh } from '../draw/mesh.ts';
import { buildGrid, matte } from '../draw/mesh.ts';
import { fractalNoise } from '../draw/noise.ts';
import { revolve } from '../draw/revolve.ts';
import type { Random } from '../random.ts';
import { fromHsl } from '../vector.ts';

/** About one unit across, standing on z = 0 once dropped there. */
export function chooseDistractor(random: Random): Mesh {
  const shift = random.between(0, 16);
  switch (random.pick(['pebble', 'paper', 'twig', 'cap', 'leaf'] as const)) {
    case 'pebble':
      return ball(
        matte(fromHsl(random.between(0, 360), random.between(0, 0.2), random.between(0.25, 0.7))),
        0.25,
        shift,
      );
    case 'paper':
      return ball(
        matte(fromHsl(random.between(0, 360), random.between(0, 0.3), random.between(0.7, 0.95)), {
          facet: 0.8,
          gloss: 0,
        }),
        0.7,
        shift,
      );
    case 'twig':
      return buildGrid({
        columns: 8,
        rows: 16,
        wraps: true,
        material: matte(fromHsl(random.between(20, 40), 0.3, random.between(0.2, 0.45)), { gloss: 0 }),
        surface: (u, v) => {
          const angle = u * 2 * Math.PI;
          const wobble = fractalNoise(v * 2 + shift, 1) - 0.5;
          return [(v - 0.5) * 2.4, wobble * 0.7 + 0.06 * Math.cos(angle), 0.06 + 0.06 * Math.sin(angle)];
        },
      });
    case 'cap':
      return revolve({
        profile: [
          [0.4, 0],
          [0.4, 0.2],
          [0.34, 0.25],
          [0, 0.26],
        ],
        material: matte(fromHsl(random.between(0, 360), 0.7, random.between(0.3, 0.6)), { gloss: 0.8, roughness: 0.2 }),
        columns: 24,
        rows: 6,
        isAngular: true,
      });
    default:
      return buildGrid({
        columns: 8,
        rows: 12,
        material: matte(fromHsl(random.between(20, 110), random.between(0.4, 0.7), random.between(0.25, 0.5))),
        surface: (u, v) => {
          const half = 0.45 * Math.sin(v * Math.PI) ** 0.7;
          const side = (u * 2 - 1) * half;
          return [side, (v - 0.5) * 1.6, 0.03 + 0.12 * Math.abs(side) + 0.1 * fractalNoise(v * 2 + shift, u)];
        },
      });
  }
}

function ball(material: Mesh['material'], roughness: number, shift: number): Mesh {
  return buildGrid({
    columns: 22,
    rows: 14,
    wraps: true,
    material,
    surface: (u, v) => {
      const [a, b] = [u * 2 * Math.PI, (v - 0.5) * Math.PI];
      const [x, y, z] = [Math.cos(b) * Math.cos(a), Math.cos(b) * Math.sin(a), Math.sin(b)];
      const r = 0.5 * (1 + roughness * (fractalNoise(x * 1.3 + y + shift, z * 1.3 - y) - 0.5) * 2);
      return [x * r, y * r * 0.85, z * r * 0.7];
    },
  });
}
