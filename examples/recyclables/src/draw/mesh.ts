/** @file Surfaces as grids of points: a surface of revolution, a box face and a dented sheet are all u, v -> x, y, z. */
import type { Rgb, Rotation, Vec3 } from '../vector.ts';
import { add, cross, rotate, scale, subtract } from '../vector.ts';

/** A print to be rasterized once per picture and laid over a surface by its u, v. */
export interface Art {
  svg: string;
  widthPx: number;
  heightPx: number;
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
  const at = (k: number, j: number): Vec3 => {
    const i = (j * stride + k) * 3;
    return [positions[i] ?? 0, positions[i + 1] ?? 0, positions[i + 2] ?? 0];
  };
  for (let j = 0; j <= rows; j++) {
    for (let k = 0; k <= columns; k++) {
      const before = wraps && k === 0 ? columns - 1 : Math.max(0, k - 1);
      const after = wraps && k === columns ? 1 : Math.min(columns, k + 1);
      const [low, high] = [Math.max(0, j - 1), Math.min(rows, j + 1)];
      const along = subtract(at(k, high), at(k, low));
      let across = subtract(at(after, j), at(before, j));
      if (Math.abs(across[0]) + Math.abs(across[1]) + Math.abs(across[2]) < 1e-5) {
        const near = j === low ? high : low;
        across = subtract(at(after, near), at(before, near));
      }
      const normal = cross(across, along);
      const length = Math.hypot(normal[0], normal[1], normal[2]);
      normals.set(length > 1e-9 ? scale(normal, 1 / length) : [0, 0, 1], (j * stride + k) * 3);
    }
  }
  return normals;
}

/** Rotates, then scales, then moves. */
export function transformMesh(mesh: Mesh, rotation: Rotation, size: number, offset: Vec3): Mesh {
  const positions = new Float32Array(mesh.positions.length);
  const normals = new Float32Array(mesh.normals.length);
  for (let i = 0; i < positions.length; i += 3) {
    positions.set(add(scale(rotate(rotation, pointAt(mesh.positions, i)), size), offset), i);
    normals.set(rotate(rotation, pointAt(mesh.normals, i)), i);
  }
  return { ...mesh, positions, normals };
}

export function pointAt(values: Float32Array, i: number): Vec3 {
  return [values[i] ?? 0, values[i + 1] ?? 0, values[i + 2] ?? 0];
}

/** The axis-aligned box around all points. */
export function boundsOf(meshes: readonly Mesh[]): { low: Vec3; high: Vec3 } {
  const low: [number, number, number] = [Infinity, Infinity, Infinity];
  const high: [number, number, number] = [-Infinity, -Infinity, -Infinity];
  for (const mesh of meshes) {
    for (let i = 0; i < mesh.positions.length; i++) {
      const axis = (i % 3) as 0 | 1 | 2;
      const value = mesh.positions[i] ?? 0;
      if (value < low[axis]) low[axis] = value;
      if (value > high[axis]) high[axis] = value;
    }
  }
  return { low, high };
}
