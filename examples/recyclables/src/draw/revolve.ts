/** @file Surfaces of revolution from a profile of (radius, height) points, smoothed by Catmull-Rom splines. */
import type { Vec3 } from '../vector.ts';
import type { Material, Mesh } from './mesh.ts';
import { buildGrid } from './mesh.ts';

export type Profile = readonly (readonly [radius: number, height: number])[];
export type Deform = (point: Vec3) => Vec3;

export interface Revolve {
  profile: Profile;
  material: Material;
  columns: number;
  rows: number;
  /** Straight lines between the points instead of a spline. */
  isAngular?: boolean;
  window?: readonly [number, number, number, number];
  deform?: Deform;
}

export function revolve(options: Revolve): Mesh {
  const { profile, deform = (point) => point, isAngular = false, ...grid } = options;
  const along = isAngular ? linearAlong : splineAlong;
  const rings = Array.from({ length: grid.rows + 1 }, (_, row) => along(profile, row / grid.rows));
  return buildGrid({
    ...grid,
    wraps: true,
    surface: (u, v) => {
      const [radius, height] = pointOf(rings, Math.round(v * grid.rows));
      const angle = u * 2 * Math.PI;
      return deform([radius * Math.cos(angle), radius * Math.sin(angle), height]);
    },
  });
}

type Point = readonly [number, number];

function linearAlong(profile: Profile, v: number): Point {
  const position = v * (profile.length - 1);
  const index = Math.min(profile.length - 2, Math.floor(position));
  const [a, b] = [pointOf(profile, index), pointOf(profile, index + 1)];
  const t = position - index;
  return [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t];
}

/** Parts are weighted by their length, so that rows spread evenly over the surface. */
function splineAlong(profile: Profile, v: number): Point {
  const lengths = profile.slice(1).map((b, i) => {
    const a = pointOf(profile, i);
    return Math.hypot(b[0] - a[0], b[1] - a[1]) + 0.05;
  });
  let rest = v * lengths.reduce((sum, length) => sum + length, 0);
  let index = 0;
  while (index < lengths.length - 1 && rest > (lengths[index] ?? 0)) rest -= lengths[index++] ?? 0;
  const t = Math.min(1, rest / (lengths[index] ?? 1));
  const points = [index - 1, index, index + 1, index + 2].map((i) => pointOf(profile, i)) as [
    Point,
    Point,
    Point,
    Point,
  ];
  const axis = (k: 0 | 1): number => {
    const [a, b, c, d] = [points[0][k], points[1][k], points[2][k], points[3][k]];
    return b + 0.5 * t * (c - a + t * (2 * a - 5 * b + 4 * c - d + t * (3 * (b - c) + d - a)));
  };
  return [Math.max(0, axis(0)), axis(1)];
}

function pointOf(profile: Profile, index: number): Point {
  return profile[Math.max(0, Math.min(profile.length - 1, index))] ?? [0, 0];
}
