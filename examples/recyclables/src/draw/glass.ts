/** @file Glass and clear plastic over a finished frame: two walls that tint, bend and mirror. */
import type { Ray } from '../scene/light.ts';
import { addReflection } from '../scene/light.ts';
import { clamp } from '../vector.ts';
import type { Camera } from './camera.ts';
import type { Material, Mesh } from './mesh.ts';
import type { SurfaceBuffer } from './raster.ts';
import { createSurfaceBuffer, projectPoints, rasterizeMesh } from './raster.ts';
import type { Scene } from './scene.ts';
import type { VisiblePoint } from './visible-point.ts';
import { aim, createVisiblePoint, readSurface } from './visible-point.ts';

export interface GlassDrawing {
  scene: Scene;
  camera: Camera;
  /** What is opaque; glass behind it is hidden. */
  surfaces: SurfaceBuffer;
  glass: readonly Mesh[];
  /** [H, W, 3], drawn into */
  pixels: Float32Array;
}

/** What lies behind shifts at the rims, then takes the color of the far wall and of the near wall. */
export function drawGlass({ scene, camera, surfaces, glass, pixels }: GlassDrawing): void {
  const { widthPx, heightPx, right, up } = camera;
  const [near, far] = [createSurfaceBuffer(widthPx * heightPx), createSurfaceBuffer(widthPx * heightPx)];
  glass.forEach((mesh, meshIndex) => {
    const points = projectPoints(mesh.positions, camera);
    rasterizeMesh(near, { points, mesh, meshIndex, camera });
    rasterizeMesh(far, { points, mesh, meshIndex, camera, keepFarthest: true });
  });
  const behind = pixels.slice();
  const absorb = glass.map(({ material }) => material.color.map(Math.log));
  const passWall = createPassWall(scene);
  const point = createVisiblePoint();
  const out = new Float32Array(3);
  for (let y = 0, i = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, i++) {
      const owner = near.mesh[i]!;
      if (owner < 0 || near.inverseDepth[i]! < surfaces.inverseDepth[i]!) continue;
      const mesh = glass[owner]!;
      aim(point, camera, x, y);
      readSurface(point, near, mesh, i);
      const rim = 1 - point.facing;
      const shift = -mesh.material.bend * Math.min(widthPx, heightPx) * rim * rim;
      const shiftX = (point.normalX * right[0] + point.normalY * right[1] + point.normalZ * right[2]) * shift;
      const shiftY = (point.normalX * up[0] + point.normalY * up[1] + point.normalZ * up[2]) * shift;
      const source =
        clamp(Math.round(y - shiftY), 0, heightPx - 1) * widthPx + clamp(Math.round(x + shiftX), 0, widthPx - 1);
      for (let k = 0; k < 3; k++) out[k] = behind[source * 3 + k]!;
      if (far.inverseDepth[i]! >= surfaces.inverseDepth[i]!) {
        const farMesh = glass[far.mesh[i]!]!;
        readSurface(point, far, farMesh, i);
        passWall(point, { material: farMesh.material, absorb: absorb[far.mesh[i]!]!, strength: 0.55 }, out);
        readSurface(point, near, mesh, i);
      }
      passWall(point, { material: mesh.material, absorb: absorb[owner]!, strength: 1 }, out);
      pixels.set(out, i * 3);
    }
  }
}

type PassWall = (
  point: VisiblePoint,
  wall: { material: Material; absorb: readonly number[]; strength: number },
  out: Float32Array,
) => void;

/** Light that crosses one wall is absorbed by its slant thickness; then the wall's own reflection and haze are added. */
function createPassWall(scene: Scene): PassWall {
  const { light } = scene;
  const ray: Ray = { x: 0, y: 0, z: 0, blur: 0, weight: 1, ground: Float32Array.of(0.1, 0.1, 0.1) };
  return (point, { material, absorb, strength }, out) => {
    const path = 1 / Math.max(0.2, point.facing);
    const edge = (1 - point.facing) * (1 - point.facing);
    const rim = edge * edge;
    const reflect = (0.05 + 0.7 * rim) * strength;
    const haze = material.gloss * strength;
    for (let k = 0; k < 3; k++) {
      const through = Math.exp(absorb[k]! * path) * (1 - 0.45 * rim) * (1 - reflect * 0.6);
      out[k] = out[k]! * through + haze * (light.sky[k]! + light.color[k]! * 0.4) * (0.4 + 0.6 * material.color[k]!);
    }
    ray.x = point.mirrorX;
    ray.y = point.mirrorY;
    ray.z = point.mirrorZ;
    ray.blur = material.roughness;
    ray.weight = reflect + 0.06 * strength;
    addReflection(light, ray, out);
  };
}
