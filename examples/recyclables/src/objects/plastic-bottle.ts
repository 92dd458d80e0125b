/** @file PET bottles: thin walls with ribs and grips, screw caps, film labels; some squeezed, a few opaque. */
import type { Mesh } from '../draw/mesh.ts';
import { matte } from '../draw/mesh.ts';
import type { Deform, Profile } from '../draw/revolve.ts';
import { revolve } from '../draw/revolve.ts';
import type { Random } from '../random.ts';
import type { Rgb } from '../vector.ts';
import { fromHsl, smoothstep } from '../vector.ts';
import { chain, chooseDent, chooseSqueeze } from './dent.ts';
import { radiusOf } from './glass-bottle.ts';
import { drawWrap } from './label-art.ts';
import { chooseHue } from './print.ts';

/** Height about 9; `body` is where ribs and the label sit. */
const shapes: readonly { profile: Profile; body: readonly [number, number] }[] = [
  {
    profile: [
      [0, 0.4],
      [0.8, 0.2],
      [1.1, 0],
      [1.42, 0.3],
      [1.5, 0.8],
      [1.5, 5.6],
      [1.4, 6.4],
      [0.8, 7.8],
      [0.52, 8.2],
      [0.52, 8.7],
    ],
    body: [0.9, 5.6],
  },
  {
    profile: [
      [0, 0.4],
      [0.8, 0.2],
      [1.1, 0],
      [1.4, 0.3],
      [1.48, 0.8],
      [1.42, 2.6],
      [1.22, 3.4],
      [1.42, 4.2],
      [1.48, 5.6],
      [1.2, 7],
      [0.6, 8],
      [0.52, 8.3],
      [0.52, 8.7],
    ],
    body: [4.2, 5.9],
  },
  {
    profile: [
      [0, 0.3],
      [1, 0.2],
      [1.4, 0],
      [1.75, 0.3],
      [1.82, 0.8],
      [1.82, 5],
      [1.6, 6],
      [0.9, 7],
      [0.6, 7.3],
      [0.6, 7.8],
    ],
    body: [0.9, 4.9],
  },
  {
    profile: [
      [0, 0.4],
      [0.7, 0.2],
      [0.95, 0],
      [1.2, 0.3],
      [1.28, 0.8],
      [1.28, 6.2],
      [1.15, 7],
      [0.7, 8],
      [0.5, 8.4],
      [0.5, 8.9],
    ],
    body: [0.9, 6],
  },
];

function chooseTint(random: Random): { tint: Rgb; milk: number } {
  switch (random.pickWeighted({ clear: 6, blue: 5, green: 1, amber: 0.6, milky: 1 })) {
    case 'blue':
      return { tint: [random.between(0.55, 0.8), random.between(0.75, 0.9), 0.96], milk: 0.02 };
    case 'green':
      return { tint: [random.between(0.35, 0.6), random.between(0.72, 0.85), random.between(0.38, 0.6)], milk: 0.02 };
    case 'amber':
      return { tint: [0.75, random.between(0.42, 0.55), random.between(0.15, 0.3)], milk: 0.02 };
    case 'milky':
      return { tint: [0.6, 0.62, 0.62], milk: random.between(0.12, 0.3) };
    default:
      return { tint: [0.94, 0.96, random.between(0.95, 0.99)], milk: random.between(0.005, 0.035) };
  }
}

export function plasticBottle(random: Random): Mesh[] {
  const shape = random.pick(shapes);
  const { tint, milk } = chooseTint(random);
  const squeeze = chooseSqueezeOrNone(random);
  const plastic = matte(tint, {
    kind: 'glass',
    roughness: random.between(0.02, 0.1),
    gloss: milk,
    bend: random.between(0.03, 0.09),
    facet: squeeze.facet,
  });
  const top = shape.profile.at(-1)![1];
  const neck = shape.profile.at(-1)![0];
  const deform = chain(chooseRibs(random, shape.body), squeeze.deform);
  const meshes = [revolve({ profile: shape.profile, material: plastic, columns: 40, rows: 48, deform })];
  if (random.chance(0.7)) meshes.push(filmLabel(random, { ...shape, deform: squeeze.deform }));
  meshes.push(
    revolve({
      profile: [
        [neck, top - 0.42],
        [neck * 1.28, top - 0.4],
        [neck * 1.28, top - 0.3],
        [neck, top - 0.28],
      ],
      material: plastic,
      columns: 28,
      rows: 5,
      isAngular: true,
    }),
  );
  if (random.chance(0.92)) meshes.push(screwCap(random, neck, top));
  return meshes;
}

function chooseSqueezeOrNone(random: Random): { deform: Deform; facet: number } {
  const body = { radius: 1.5, height: 8.7 };
  if (random.chance(0.55)) return { deform: (p) => p, facet: 0 };
  const dent = chooseDent(random, { ...body, depth: random.between(0.15, 0.5) });
  return {
    deform: random.chance(0.5)
      ? dent
      : chain(dent, chooseSqueeze(random, { ...body, strength: random.between(0.2, 0.6) })),
    facet: random.between(0.2, 0.5),
  };
}

/** Rings round the body, and feet under it. */
function chooseRibs(random: Random, [low, high]: readonly [number, number]): Deform {
  const pitch = random.between(0.35, 0.8);
  const depth = random.chance(0.85) ? random.between(0.025, 0.07) : 0;
  return ([x, y, z]) => {
    const inside = smoothstep(low - 0.1, low + 0.2, z) * (1 - smoothstep(high - 0.2, high + 0.1, z));
    const rib = 1 - depth * inside * (0.5 + 0.5 * Math.cos((z / pitch) * 2 * Math.PI));
    const feet = z < 0.7 ? 1 - 0.1 * (1 - z / 0.7) * (0.5 + 0.5 * Math.cos(Math.atan2(y, x) * 5)) : 1;
    return [x * rib * feet, y * rib * feet, z];
  };
}

function filmLabel(random: Random, shape: { profile: Profile; body: readonly [number, number]; deform: Deform }): Mesh {
  const [low, high] = shape.body;
  const span = Math.min(high - low, random.between(1, 2.6));
  const bottom = random.between(low, high - span);
  const steps = Array.from({ length: 7 }, (_, i) => bottom + (span * i) / 6);
  const material = matte([1, 1, 1], {
    art: drawWrap(random),
    gloss: random.between(0.5, 1),
    roughness: 0.15,
    facet: 0.1,
  });
  return revolve({
    profile: steps.map((z) => [radiusOf(shape.profile, z) * 1.012 + 0.008, z] as const),
    material,
    columns: 40,
    rows: 6,
    isAngular: true,
    deform: shape.deform,
  });
}

function screwCap(random: Random, neck: number, top: number): Mesh {
  const color = random.chance(0.35)
    ? fromHsl(0, 0, random.between(0.75, 0.95))
    : fromHsl(chooseHue(random), random.between(0.5, 0.95), random.between(0.25, 0.55));
  const r = neck * 1.22;
  const knurl: Deform = ([x, y, z]) => {
    const factor = 1 + 0.025 * Math.cos(Math.atan2(y, x) * 18);
    return [x * factor, y * factor, z];
  };
  return revolve({
    profile: [
      [r, top - 0.22],
      [r, top + 0.35],
      [r * 0.93, top + 0.45],
      [0, top + 0.47],
    ],
    material: matte(color, { gloss: 0.7, roughness: 0.25 }),
    columns: 54,
    rows: 8,
    deform: knurl,
    isAngular: true,
  });
}
