/** @file Triangles to pixels: a depth-tested buffer of normals and texture coordinates, and flat masks for shadows. */
import type { Camera } from './camera.ts';
import type { Mesh } from './mesh.ts';

/** What the camera sees at each pixel; `mesh` is -1 where nothing is. */
export interface SurfaceBuffer {
  /** Depth along the viewing axis, as 1 / z. */
  inverseDepth: Float32Array;
  mesh: Int16Array;
  /** [H, W, 3], not normalized */
  normals: Float32Array;
  /** [H, W, 2] */
  uvs: Float32Array;
}

export function createSurfaceBuffer(pixels: number): SurfaceBuffer {
  return {
    inverseDepth: new Float32Array(pixels),
    mesh: new Int16Array(pixels).fill(-1),
    normals: new Float32Array(pixels * 3),
    uvs: new Float32Array(pixels * 2),
  };
}

const nearest = 0.05;

/** Screen x, y and 1 / z per vertex; 1 / z is 0 behind the camera. */
export function projectPoints(positions: Float32Array, camera: Camera): Float32Array {
  const { position: p, forward: f, right: r, up: u, focalPx } = camera;
  const projected = new Float32Array(positions.length);
  const [cx, cy] = [camera.widthPx / 2, camera.heightPx / 2];
  for (let i = 0; i < positions.length; i += 3) {
    const x = positions[i]! - p[0];
    const y = positions[i + 1]! - p[1];
    const z = positions[i + 2]! - p[2];
    const depth = x * f[0] + y * f[1] + z * f[2];
    if (depth < nearest) continue;
    const factor = focalPx / depth;
    projected[i] = cx + (x * r[0] + y * r[1] + z * r[2]) * factor;
    projected[i + 1] = cy - (x * u[0] + y * u[1] + z * u[2]) * factor;
    projected[i + 2] = 1 / depth;
  }
  return projected;
}

/** `keepFarthest` turns the depth test round, for the far wall of something transparent. */
export function rasterizeMesh(
  buffer: SurfaceBuffer,
  options: { mesh: Mesh; meshIndex: number; camera: Camera; keepFarthest?: boolean },
): void {
  const { mesh, meshIndex, camera, keepFarthest = false } = options;
  const { widthPx, heightPx } = camera;
  const { inverseDepth, mesh: owner, normals, uvs } = buffer;
  const points = projectPoints(mesh.positions, camera);
  const { indices, normals: meshNormals, uvs: meshUvs } = mesh;
  const { facet } = mesh.material;
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = [indices[t]!, indices[t + 1]!, indices[t + 2]!];
    const [ax, ay, az] = [points[a * 3]!, points[a * 3 + 1]!, points[a * 3 + 2]!];
    const [bx, by, bz] = [points[b * 3]!, points[b * 3 + 1]!, points[b * 3 + 2]!];
    const [cx, cy, cz] = [points[c * 3]!, points[c * 3 + 1]!, points[c * 3 + 2]!];
    if (az === 0 || bz === 0 || cz === 0) continue;
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (area === 0) continue;
    const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const right = Math.min(widthPx - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const bottom = Math.min(heightPx - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    if (left > right || top > bottom) continue;
    const [fx, fy, fz] = facet > 0 ? faceNormal(mesh, a, b, c, facet) : noFacet;
    const keep = 1 - facet;
    for (let y = top; y <= bottom; y++) {
      const py = y + 0.5;
      for (let x = left; x <= right; x++) {
        const px = x + 0.5;
        const wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area;
        const wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area;
        const wc = 1 - wa - wb;
        if (wa < 0 || wb < 0 || wc < 0) continue;
        const inverse = wa * az + wb * bz + wc * cz;
        const i = y * widthPx + x;
        const isEmpty = owner[i] === -1;
        if (!isEmpty && (keepFarthest ? inverse > inverseDepth[i]! : inverse < inverseDepth[i]!)) continue;
        inverseDepth[i] = inverse;
        owner[i] = meshIndex;
        for (let k = 0; k < 3; k++) {
          const smooth = wa * meshNormals[a * 3 + k]! + wb * meshNormals[b * 3 + k]! + wc * meshNormals[c * 3 + k]!;
          normals[i * 3 + k] = smooth * keep + (k === 0 ? fx : k === 1 ? fy : fz);
        }
        uvs[i * 2] = wa * meshUvs[a * 2]! + wb * meshUvs[b * 2]! + wc * meshUvs[c * 2]!;
        uvs[i * 2 + 1] = wa * meshUvs[a * 2 + 1]! + wb * meshUvs[b * 2 + 1]! + wc * meshUvs[c * 2 + 1]!;
      }
    }
  }
}

const noFacet = [0, 0, 0] as const;

/** The triangle's own normal, on the side of its corners' normals, times `weight`. */
function faceNormal(mesh: Mesh, a: number, b: number, c: number, weight: number): readonly [number, number, number] {
  const { positions: p, normals: n } = mesh;
  const [ux, uy, uz] = [p[b * 3]! - p[a * 3]!, p[b * 3 + 1]! - p[a * 3 + 1]!, p[b * 3 + 2]! - p[a * 3 + 2]!];
  const [vx, vy, vz] = [p[c * 3]! - p[a * 3]!, p[c * 3 + 1]! - p[a * 3 + 1]!, p[c * 3 + 2]! - p[a * 3 + 2]!];
  const [x, y, z] = [uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx];
  const side = x * n[a * 3]! + y * n[a * 3 + 1]! + z * n[a * 3 + 2]! < 0 ? -1 : 1;
  const factor = (side * weight) / (Math.sqrt(x * x + y * y + z * z) || 1);
  return [x * factor, y * factor, z * factor];
}

export interface Mask {
  widthPx: number;
  heightPx: number;
  /** [H, W] from 0 to 1 */
  values: Float32Array;
}

export function createMask(widthPx: number, heightPx: number): Mask {
  return { widthPx, heightPx, values: new Float32Array(widthPx * heightPx) };
}

/** Raises the mask to `value` under the mesh; `points` come from projectPoints for a camera of the mask's size. */
export function fillMask(mask: Mask, points: Float32Array, indices: Uint32Array, value: number): void {
  const { widthPx, heightPx, values } = mask;
  for (let t = 0; t < indices.length; t += 3) {
    const [a, b, c] = [indices[t]! * 3, indices[t + 1]! * 3, indices[t + 2]! * 3];
    if (points[a + 2] === 0 || points[b + 2] === 0 || points[c + 2] === 0) continue;
    const [ax, ay, bx, by] = [points[a]!, points[a + 1]!, points[b]!, points[b + 1]!];
    const [cx, cy] = [points[c]!, points[c + 1]!];
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (area === 0) continue;
    const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const right = Math.min(widthPx - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const bottom = Math.min(heightPx - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) {
        const wa = ((bx - x - 0.5) * (cy - y - 0.5) - (by - y - 0.5) * (cx - x - 0.5)) / area;
        const wb = ((cx - x - 0.5) * (ay - y - 0.5) - (cy - y - 0.5) * (ax - x - 0.5)) / area;
        if (wa < 0 || wb < 0 || wa + wb > 1) continue;
        const i = y * widthPx + x;
        if (values[i]! < value) values[i] = value;
      }
    }
  }
}

/** Two box passes each way, by running sums: close to a Gaussian of the same radius. */
export function blurMask(mask: Mask, radiusPx: number): void {
  const radius = Math.round(radiusPx);
  if (radius < 1) return;
  const { widthPx, heightPx, values } = mask;
  for (let pass = 0; pass < 2; pass++) {
    for (let y = 0; y < heightPx; y++) boxBlur(values, y * widthPx, 1, widthPx, radius);
    for (let x = 0; x < widthPx; x++) boxBlur(values, x, widthPx, heightPx, radius);
  }
}

function boxBlur(values: Float32Array, start: number, step: number, length: number, radius: number): void {
  const line = new Float32Array(length);
  for (let i = 0; i < length; i++) line[i] = values[start + i * step]!;
  const last = length - 1;
  let sum = 0;
  for (let i = -radius; i <= radius; i++) sum += line[Math.min(last, Math.max(0, i))]!;
  for (let i = 0; i < length; i++) {
    values[start + i * step] = sum / (2 * radius + 1);
    sum += line[Math.min(last, i + radius + 1)]! - line[Math.max(0, i - radius)]!;
  }
}
