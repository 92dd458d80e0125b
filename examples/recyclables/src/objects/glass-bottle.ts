/** @file Glass bottles: beer, wine, soda and juice shapes in green, brown, clear and blue glass, with paper labels. */
import type { Material, Mesh } from '../draw/mesh.ts';
import { matte } from '../draw/mesh.ts';
import type { Profile } from '../draw/revolve.ts';
import { revolve } from '../draw/revolve.ts';
import type { Random } from '../random.ts';
import type { Rgb } from '../vector.ts';
import { fromHsl } from '../vector.ts';
import { drawWrap } from './label-art.ts';
import { chooseHue } from './print.ts';

/** Height 10; `body` is the straight part where a label may sit. */
const shapes: readonly { profile: Profile; body: readonly [number, number]; finish: readonly [number, number] }[] = [
  {
    profile: [
      [0, 0.3],
      [1, 0.12],
      [1.28, 0.08],
      [1.36, 0.4],
      [1.36, 5.2],
      [1.3, 6],
      [0.75, 7.2],
      [0.58, 8.2],
      [0.54, 9.6],
    ],
    body: [0.9, 5],
    finish: [0.6, 9.6],
  },
  {
    profile: [
      [0, 0.5],
      [0.9, 0.1],
      [1.15, 0.08],
      [1.22, 0.4],
      [1.22, 6.1],
      [1.1, 6.9],
      [0.55, 7.6],
      [0.45, 8.2],
      [0.43, 9.7],
    ],
    body: [1, 5.8],
    finish: [0.5, 9.7],
  },
  {
    profile: [
      [0, 0.4],
      [1.1, 0.1],
      [1.4, 0.1],
      [1.46, 0.5],
      [1.46, 3.4],
      [1.35, 4.4],
      [0.9, 6],
      [0.6, 7.6],
      [0.5, 8.6],
      [0.48, 9.6],
    ],
    body: [0.9, 3.3],
    finish: [0.56, 9.6],
  },
  {
    profile: [
      [0, 0.3],
      [1.3, 0.1],
      [1.62, 0.1],
      [1.72, 0.5],
      [1.72, 4.6],
      [1.6, 5.6],
      [1, 6.6],
      [0.82, 7.2],
      [0.8, 8.4],
    ],
    body: [0.9, 4.4],
    finish: [0.9, 8.4],
  },
  {
    profile: [
      [0, 0.3],
      [1, 0.1],
      [1.3, 0.1],
      [1.42, 0.6],
      [1.25, 2.4],
      [1.36, 3.8],
      [1.4, 4.6],
      [1.15, 5.8],
      [0.66, 7.6],
      [0.52, 8.8],
      [0.5, 9.5],
    ],
    body: [2.9, 4.6],
    finish: [0.58, 9.5],
  },
];

function chooseTint(random: Random): Rgb {
  switch (random.pickWeighted({ green: 4, brown: 4, clear: 1.5, pale: 0.7, blue: 0.7 })) {
    case 'green':
      return [random.between(0.22, 0.5), random.between(0.58, 0.75), random.between(0.2, 0.42)];
    case 'brown':
      return [random.between(0.5, 0.68), random.between(0.24, 0.38), random.between(0.06, 0.16)];
    case 'pale':
      return [0.72, 0.88, random.between(0.74, 0.84)];
    case 'blue':
      return [0.3, random.between(0.5, 0.66), 0.85];
    default:
      return [0.9, 0.93, random.between(0.89, 0.93)];
  }
}

export function glassBottle(random: Random): Mesh[] {
  const shape = random.pick(shapes);
  const widen = random.between(0.9, 1.15);
  const profile = shape.profile.map(([r, z]) => [r * widen, z] as const);
  const glass = matte(chooseTint(random), {
    kind: 'glass',
    roughness: random.between(0, 0.03),
    gloss: random.between(0, 0.012),
    bend: random.between(0.1, 0.22),
  });
  const [finishRadius, top] = shape.finish;
  const meshes = [
    revolve({ profile, material: glass, columns: 40, rows: 34 }),
    revolve({ profile: ring(finishRadius * widen, top), material: glass, columns: 28, rows: 6 }),
  ];
  if (random.chance(0.75)) meshes.push(label(random, { profile, body: shape.body }));
  if (random.chance(0.3)) meshes.push(neckFoil(random, profile, top));
  if (random.chance(0.5)) meshes.push(closure(random, finishRadius * widen, top));
  return meshes;
}

const ring = (r: number, z: number): Profile => [
  [r * 0.88, z - 0.32],
  [r * 1.08, z - 0.25],
  [r * 1.08, z - 0.02],
  [r * 0.98, z + 0.06],
  [r * 0.75, z + 0.02],
];

function label(random: Random, options: { profile: Profile; body: readonly [number, number] }): Mesh {
  const [low, high] = options.body;
  const span = (high - low) * random.between(0.5, 0.95);
  const bottom = random.between(low, high - span);
  const radiusAt = (z: number): number => radiusOf(options.profile, z) * 1.012 + 0.008;
  const isCream = random.chance(0.5);
  const paper = isCream
    ? { hue: random.between(30, 55), saturation: random.between(5, 50), lightness: random.between(78, 94) }
    : undefined;
  const material = matte([1, 1, 1], {
    art: drawWrap(random, paper),
    gloss: 0.25,
  });
  const profile = Array.from(
    { length: 7 },
    (_, i) => [radiusAt(bottom + (span * i) / 6), bottom + (span * i) / 6] as const,
  );
  return revolve({ profile, material, columns: 40, rows: 6, isAngular: true });
}

function neckFoil(random: Random, profile: Profile, top: number): Mesh {
  const low = top - random.between(1, 2.4);
  const steps = Array.from({ length: 5 }, (_, i) => low + ((top - 0.4 - low) * i) / 4);
  const material = matte(fromHsl(chooseHue(random), random.between(0, 0.8), random.between(0.2, 0.75)), {
    kind: 'metal',
    roughness: 0.3,
  });
  return revolve({
    profile: steps.map((z) => [radiusOf(profile, z) * 1.04, z] as const),
    material,
    columns: 24,
    rows: 4,
    isAngular: true,
  });
}

/** Crown cap, screw cap or cork. */
function closure(random: Random, radius: number, top: number): Mesh {
  const kind = random.pick(['crown', 'crown', 'screw', 'cork'] as const);
  const material: Material =
    kind === 'cork'
      ? matte(fromHsl(30, 0.4, 0.55))
      : matte(fromHsl(chooseHue(random), random.between(0, 0.8), random.between(0.2, 0.7)), {
          kind: 'metal',
          roughness: 0.25,
        });
  const height = kind === 'screw' ? 0.9 : kind === 'cork' ? 0.45 : 0.22;
  const r = kind === 'cork' ? radius * 0.75 : radius * 1.22;
  return revolve({
    profile: [
      [r, top - (kind === 'screw' ? 0.7 : 0.12)],
      [r * 0.98, top - 0.05 + height * 0.6],
      [r * 0.85, top + height],
      [0, top + height],
    ],
    material,
    columns: 24,
    rows: 8,
  });
}

/** By straight lines between the profile's points. */
export function radiusOf(profile: Profile, z: number): number {
  for (let i = 1; i < profile.length; i++) {
    const [a, b] = [profile[i - 1]!, profile[i]!];
    if (z <= b[1] && b[1] > a[1]) return a[0] + ((b[0] - a[0]) * Math.max(0, z - a[1])) / (b[1] - a[1]);
  }
  return profile.at(-1)![0];
}
