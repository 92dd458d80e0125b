/** @file The point that a pixel shows: where it is, which way it faces, where in the print it lies. */
import type { Camera } from './camera.ts';
import type { Mesh } from './mesh.ts';
import type { SurfaceBuffer } from './raster.ts';

/** One is reused for all pixels of a frame, since a new one per pixel costs more than the shading. */
export interface VisiblePoint {
  /** Position. */
  x: number;
  y: number;
  z: number;
  /** Unit vector from the camera to the point. */
  viewX: number;
  viewY: number;
  viewZ: number;
  /** Length of the line of sight per unit of depth. */
  slant: number;
  /** Unit normal on the camera's side. */
  normalX: number;
  normalY: number;
  normalZ: number;
  /** Cosine between the normal and the line of sight, from 0 to 1. */
  facing: number;
  /** The line of sight, mirrored. */
  mirrorX: number;
  mirrorY: number;
  mirrorZ: number;
  u: number;
  v: number;
}

export function createVisiblePoint(): VisiblePoint {
  return {
    x: 0,
    y: 0,
    z: 0,
    viewX: 0,
    viewY: 0,
    viewZ: 0,
    slant: 1,
    normalX: 0,
    normalY: 0,
    normalZ: 1,
    facing: 1,
    mirrorX: 0,
    mirrorY: 0,
    mirrorZ: 1,
    u: 0,
    v: 0,
  };
}

/** Sets the line of sight through the middle of the pixel. */
export function aim(point: VisiblePoint, camera: Camera, px: number, py: number): void {
  const { forward: f, right: r, up: u, focalPx } = camera;
  const a = (px + 0.5 - camera.widthPx / 2) / focalPx;
  const b = (camera.heightPx / 2 - py - 0.5) / focalPx;
  const x = f[0] + r[0] * a + u[0] * b;
  const y = f[1] + r[1] * a + u[1] * b;
  const z = f[2] + r[2] * a + u[2] * b;
  const slant = Math.sqrt(x * x + y * y + z * z);
  point.slant = slant;
  point.viewX = x / slant;
  point.viewY = y / slant;
  point.viewZ = z / slant;
}

/** Moves along the line of sight to a depth of the viewing axis. */
export function advance(point: VisiblePoint, camera: Camera, depth: number): void {
  const length = depth * point.slant;
  point.x = camera.position[0] + point.viewX * length;
  point.y = camera.position[1] + point.viewY * length;
  point.z = camera.position[2] + point.viewZ * length;
}

/** Sets normal, mirror direction and u, v from pixel `i` of the buffer. */
export function readSurface(point: VisiblePoint, buffer: SurfaceBuffer, mesh: Mesh, i: number): void {
  const { indices, normals, uvs, positions, material } = mesh;
  const t = buffer.triangle[i]!;
  const a = indices[t]!;
  const b = indices[t + 1]!;
  const c = indices[t + 2]!;
  const wa = buffer.weights[i * 2]!;
  const wb = buffer.weights[i * 2 + 1]!;
  const wc = 1 - wa - wb;
  point.u = wa * uvs[a * 2]! + wb * uvs[b * 2]! + wc * uvs[c * 2]!;
  point.v = wa * uvs[a * 2 + 1]! + wb * uvs[b * 2 + 1]! + wc * uvs[c * 2 + 1]!;
  const [a3, b3, c3] = [a * 3, b * 3, c * 3];
  let x = wa * normals[a3]! + wb * normals[b3]! + wc * normals[c3]!;
  let y = wa * normals[a3 + 1]! + wb * normals[b3 + 1]! + wc * normals[c3 + 1]!;
  let z = wa * normals[a3 + 2]! + wb * normals[b3 + 2]! + wc * normals[c3 + 2]!;
  if (material.facet > 0) {
    const ux = positions[b3]! - positions[a3]!;
    const uy = positions[b3 + 1]! - positions[a3 + 1]!;
    const uz = positions[b3 + 2]! - positions[a3 + 2]!;
    const vx = positions[c3]! - positions[a3]!;
    const vy = positions[c3 + 1]! - positions[a3 + 1]!;
    const vz = positions[c3 + 2]! - positions[a3 + 2]!;
    const fx = uy * vz - uz * vy;
    const fy = uz * vx - ux * vz;
    const fz = ux * vy - uy * vx;
    const sign = x * fx + y * fy + z * fz < 0 ? -1 : 1;
    const weight = (sign * material.facet) / (Math.sqrt(fx * fx + fy * fy + fz * fz) || 1);
    x = x * (1 - material.facet) + fx * weight;
    y = y * (1 - material.facet) + fy * weight;
    z = z * (1 - material.facet) + fz * weight;
  }
  const along = x * point.viewX + y * point.viewY + z * point.viewZ;
  const unit = (along > 0 ? -1 : 1) / (Math.sqrt(x * x + y * y + z * z) || 1);
  point.normalX = x * unit;
  point.normalY = y * unit;
  point.normalZ = z * unit;
  point.facing = Math.min(1, -along * unit);
  point.mirrorX = point.viewX + 2 * point.facing * point.normalX;
  point.mirrorY = point.viewY + 2 * point.facing * point.normalY;
  point.mirrorZ = point.viewZ + 2 * point.facing * point.normalZ;
}
