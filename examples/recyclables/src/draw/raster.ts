/** @file Triangles to pixels: which point of which triangle is seen where. */
import type { Camera } from './camera.ts';
import type { Mesh } from './mesh.ts';

/** What the camera sees at each pixel: a point of a triangle; `mesh` is -1 where nothing is. */
export interface SurfaceBuffer {
  /** Depth along the viewing axis, as 1 / z. */
  inverseDepth: Float32Array;
  mesh: Int16Array;
  /** Position of the triangle's first corner in the mesh's indices. */
  triangle: Uint32Array;
  /** [H, W, 2] weights of the first two corners */
  weights: Float32Array;
}

export function createSurfaceBuffer(pixels: number): SurfaceBuffer {
  return {
    inverseDepth: new Float32Array(pixels),
    mesh: new Int16Array(pixels).fill(-1),
    triangle: new Uint32Array(pixels),
    weights: new Float32Array(pixels * 2),
  };
}

const nearest = 0.05;

/** Screen x, y and 1 / z per vertex; 1 / z is 0 behind the camera. */
export function projectPoints(positions: Float32Array, camera: Camera): Float32Array {
  const { position: p, forward: f, right: r, up: u, focalPx } = camera;
  const projected = new Float32Array(positions.length);
  const cx = camera.widthPx / 2;
  const cy = camera.heightPx / 2;
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
  options: { points: Float32Array; mesh: Mesh; meshIndex: number; camera: Camera; keepFarthest?: boolean },
): void {
  const { points, mesh, meshIndex, camera, keepFarthest = false } = options;
  const { widthPx, heightPx } = camera;
  const { inverseDepth, mesh: owner, triangle, weights } = buffer;
  const { indices } = mesh;
  for (let t = 0; t < indices.length; t += 3) {
    const a = indices[t]! * 3;
    const b = indices[t + 1]! * 3;
    const c = indices[t + 2]! * 3;
    const az = points[a + 2]!;
    const bz = points[b + 2]!;
    const cz = points[c + 2]!;
    if (az === 0 || bz === 0 || cz === 0) continue;
    const ax = points[a]!;
    const ay = points[a + 1]!;
    const bx = points[b]!;
    const by = points[b + 1]!;
    const cx = points[c]!;
    const cy = points[c + 1]!;
    const area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax);
    if (area === 0) continue;
    const left = Math.max(0, Math.ceil(Math.min(ax, bx, cx) - 0.5));
    const right = Math.min(widthPx - 1, Math.floor(Math.max(ax, bx, cx) - 0.5));
    const top = Math.max(0, Math.ceil(Math.min(ay, by, cy) - 0.5));
    const bottom = Math.min(heightPx - 1, Math.floor(Math.max(ay, by, cy) - 0.5));
    for (let y = top; y <= bottom; y++) {
      const py = y + 0.5;
      for (let x = left; x <= right; x++) {
        const px = x + 0.5;
        const wa = ((bx - px) * (cy - py) - (by - py) * (cx - px)) / area;
        const wb = ((cx - px) * (ay - py) - (cy - py) * (ax - px)) / area;
        if (wa < 0 || wb < 0 || wa + wb > 1) continue;
        const inverse = wa * az + wb * bz + (1 - wa - wb) * cz;
        const i = y * widthPx + x;
        if (owner[i] !== -1 && (keepFarthest ? inverse > inverseDepth[i]! : inverse < inverseDepth[i]!)) continue;
        inverseDepth[i] = inverse;
        owner[i] = meshIndex;
        triangle[i] = t;
        weights[i * 2] = wa;
        weights[i * 2 + 1] = wb;
      }
    }
  }
}
