/** @file Surfaces as grids of points: a surface of revolution, a box face and a dented sheet are all u, v -> x, y, z. */
import type { Rgb, Rotation, Vec3 } from '../vector.ts';

/** A print to be laid over a surface by its u, v: SVG elements in a view box of width by height. */
export interface Art {
  body: string;
  width: number;
  height: number;
}

export interface Material {
  kind: 'matte' | 'metal' | 'glass';
  /** Reflected light; for glass, what one unit of wall lets through. */
  color: Rgb;
  art?: Art;
  /** Width of highlights: 0 is a mirror, 1 is chalk. */
  roughness: number;
  /** Strength of highlights on matte surfaces. */
  gloss: number;
  /** How much each triangle keeps its own flat normal, from 0 to 1: creases in foil and paper. */
  facet: number;
  /** Glass only: how far the background shifts at the rim, as a share of the picture. */
  bend: number;
}

export const matte = (color: Rgb, options: Partial<Material> = {}): Material => ({
  kind: 'matte',
  color,
  roughness: 0.6,
  gloss: 0.1,
  facet: 0,
  bend: 0,
  ...options,
});

export interface Mesh {
  /** [V, 3] */
  positions: Float32Array;
  /** [V, 3] unit length */
  normals: Float32Array;
  /** [V, 2] */
  uvs: Float32Array;
  /** [T, 3] */
  indices: Uint32Array;
  material: Material;
}

export interface Grid {
  columns: number;
  rows: number;
  material: Material;
  /** The first and the last column are the same points. */
  wraps?: boolean;
  /** Rectangle of the art that u, v cover: left, top, right, bottom from 0 to 1; v = 0 is the bottom. */
  window?: readonly [number, number, number, number];
  surface: (u: number, v: number) => Vec3;
}

export function buildGrid(grid: Grid): Mesh {
  const { columns, rows, wraps = false, window = [0, 0, 1, 1] } = grid;
  const stride = columns + 1;
  const positions = new Float32Array(stride * (rows + 1) * 3);
  const uvs = new Float32Array(stride * (rows + 1) * 2);
  for (let j = 0, i = 0; j <= rows; j++) {
    for (let k = 0; k <= columns; k++, i++) {
      positions.set(grid.surface(k / columns, j / rows), i * 3);
      uvs[i * 2] = window[0] + (window[2] - window[0]) * (k / columns);
      uvs[i * 2 + 1] = window[3] + (window[1] - window[3]) * (j / rows);
    }
  }
  const indices = new Uint32Array(columns * rows * 6);
  for (let j = 0, i = 0; j < rows; j++) {
    for (let k = 0; k < columns; k++, i += 6) {
      const a = j * stride + k;
      indices.set([a, a + 1, a + stride, a + 1, a + stride + 1, a + stride], i);
    }
  }
  const normals = gridNormals(positions, columns, rows, wraps);
  return { positions, normals, uvs, indices, material: grid.material };
}

/** Central differences over the grid; at a pole, where a row is one point, the neighbor row decides. */
function gridNormals(positions: Float32Array, columns: number, rows: number, wraps: boolean): Float32Array {
  const normals = new Float32Array(positions.length);
  const stride = columns + 1;
  for (let j = 0; j <= rows; j++) {
    const low = Math.max(0, j - 1);
    const high = Math.min(rows, j + 1);
    for (let k = 0; k <= columns; k++) {
      const before = wraps && k === 0 ? columns - 1 : Math.max(0, k - 1);
      const after = wraps && k === columns ? 1 : Math.min(columns, k + 1);
      const bottom = (low * stride + k) * 3;
      const top = (high * stride + k) * 3;
      let left = (j * stride + before) * 3;
      let right = (j * stride + after) * 3;
      if (isSamePoint(positions, left, right)) {
        const near = j === low ? high : low;
        left = (near * stride + before) * 3;
        right = (near * stride + after) * 3;
      }
      const ux = positions[right]! - positions[left]!;
      const uy = positions[right + 1]! - positions[left + 1]!;
      const uz = positions[right + 2]! - positions[left + 2]!;
      const vx = positions[top]! - positions[bottom]!;
      const vy = positions[top + 1]! - positions[bottom + 1]!;
      const vz = positions[top + 2]! - positions[bottom + 2]!;
      const x = uy * vz - uz * vy;
      const y = uz * vx - ux * vz;
      const z = ux * vy - uy * vx;
      const length = Math.sqrt(x * x + y * y + z * z);
      const i = (j * stride + k) * 3;
      normals[i] = length > 1e-9 ? x / length : 0;
      normals[i + 1] = length > 1e-9 ? y / length : 0;
      normals[i + 2] = length > 1e-9 ? z / length : 1;
    }
  }
  return normals;
}

function isSamePoint(positions: Float32Array, a: number, b: number): boolean {
  let distance = 0;
  for (let k = 0; k < 3; k++) distance += Math.abs(positions[a + k]! - positions[b + k]!);
  return distance < 1e-5;
}

export interface Placement {
  rotation: Rotation;
  size: number;
  offset: Vec3;
}

/** Rotates, then scales, then moves. */
export function placeMesh(mesh: Mesh, placement: Placement): Mesh {
  return {
    ...mesh,
    positions: placePoints(mesh.positions, placement),
    normals: placePoints(mesh.normals, { ...placement, size: 1, offset: [0, 0, 0] }),
  };
}

function placePoints(points: Float32Array, { rotation, size, offset }: Placement): Float32Array {
  const [rx, ry, rz] = rotation;
  const moved = new Float32Array(points.length);
  for (let i = 0; i < points.length; i += 3) {
    const x = points[i]!;
    const y = points[i + 1]!;
    const z = points[i + 2]!;
    moved[i] = (rx[0] * x + rx[1] * y + rx[2] * z) * size + offset[0];
    moved[i + 1] = (ry[0] * x + ry[1] * y + ry[2] * z) * size + offset[1];
    moved[i + 2] = (rz[0] * x + rz[1] * y + rz[2] * z) * size + offset[2];
  }
  return moved;
}

/** The axis-aligned box around all points. */
export function boundsOf(meshes: readonly Mesh[]): { low: Vec3; high: Vec3 } {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (const mesh of meshes) {
    for (const axis of [0, 1, 2] as const) {
      for (let i = axis; i < mesh.positions.length; i += 3) {
        const value = mesh.positions[i]!;
        if (value < low[axis]) low[axis] = value;
        if (value > high[axis]) high[axis] = value;
      }
    }
  }
  return { low, high };
}
