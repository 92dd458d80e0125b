/** @file The color of a visible point: matte and metal by the main light and surroundings, glass by what lies behind it. */
import { addReflection } from '../scene/light.ts';
import type { Vec3 } from '../vector.ts';
import { clamp, dot, normalize, scale, subtract } from '../vector.ts';
import type { Camera } from './camera.ts';
import type { Material, Mesh } from './mesh.ts';
import type { SurfaceBuffer } from './raster.ts';
import { createSurfaceBuffer, rasterizeMesh } from './raster.ts';
import type { Scene } from './scene.ts';
import type { Texture } from './texture.ts';
import { tintByTexture } from './texture.ts';

export interface SurfacePoint {
  material: Material;
  texture: Texture | undefined;
  point: Vec3;
  /** From the camera to the point. */
  view: Vec3;
  buffer: SurfaceBuffer;
  index: number;
}

const bounce = new Float32Array(3);

/** Writes linear light into `out`. */
export function shadeSurface(scene: Scene, surface: SurfacePoint, out: Float32Array): void {
  const { light } = scene;
  const { material, point, buffer, index } = surface;
  const view = normalize(surface.view);
  const normal = facingNormal(buffer, index, view);
  const mirrored = subtract(view, scale(normal, 2 * dot(view, normal)));
  out.set(material.color);
  if (surface.texture) tintByTexture(surface.texture, buffer.uvs[index * 2]!, buffer.uvs[index * 2 + 1]!, out);
  const [red, green, blue] = [out[0]!, out[1]!, out[2]!];

  const drop = point[2] / light.direction[2];
  const seen = light.visibility(point[0] - light.direction[0] * drop, point[1] - light.direction[1] * drop);
  const lit = Math.max(0, dot(normal, light.direction)) * seen;
  const open = (0.5 + 0.5 * normal[2]) * (0.55 + 0.45 * clamp(point[2] * 2.5, 0, 1));
  scene.ground.paint(point[0], point[1], bounce);
  const below = (0.5 - 0.5 * normal[2]) * 0.45;
  for (let k = 0; k < 3; k++) {
    const around =
      light.sky[k]! * open +
      light.horizon[k]! * 0.25 +
      bounce[k]! * below * (light.color[k]! * light.direction[2] + light.sky[k]!);
    out[k]! *= (material.kind === 'metal' ? 0.4 : 1) * (light.color[k]! * lit + around);
    bounce[k]! *= 0.5 * (light.color[k]! * light.direction[2] + light.sky[k]!);
  }

  const rim = (1 + dot(view, normal)) ** 5;
  const reflection = new Float32Array(3);
  const ground = [bounce[0]!, bounce[1]!, bounce[2]!] as const;
  addReflection(light, mirrored, { blur: material.roughness, weight: 1, ground }, reflection);
  const occluded = 0.5 + 0.5 * clamp(point[2] * 3, 0, 1);
  if (material.kind === 'metal') {
    for (let k = 0; k < 3; k++)
      out[k]! += reflection[k]! * occluded * (0.72 * (k === 0 ? red : k === 1 ? green : blue) + 0.04 + 0.3 * rim);
  } else {
    const weight = material.gloss * (0.06 + 0.9 * rim) * occluded;
    for (let k = 0; k < 3; k++) out[k]! += reflection[k]! * weight;
  }
}

function facingNormal(buffer: SurfaceBuffer, index: number, view: Vec3): Vec3 {
  const normal = normalize([
    buffer.normals[index * 3]!,
    buffer.normals[index * 3 + 1]!,
    buffer.normals[index * 3 + 2]!,
  ]);
  return dot(normal, view) > 0 ? scale(normal, -1) : normal;
}

export interface GlassDrawing {
  scene: Scene;
  camera: Camera;
  /** What is opaque; glass behind it is hidden. */
  surfaces: SurfaceBuffer;
  glass: readonly Mesh[];
  /** [H, W, 3], drawn into */
  pixels: Float32Array;
}

/** Two layers: the far wall, then the near wall; what lies behind shifts at the rims and takes the glass's color. */
export function drawGlass({ scene, camera, surfaces, glass, pixels }: GlassDrawing): void {
  const { widthPx, heightPx, forward: f, right: r, up: u, focalPx } = camera;
  const [near, far] = [createSurfaceBuffer(widthPx * heightPx), createSurfaceBuffer(widthPx * heightPx)];
  glass.forEach((mesh, meshIndex) => {
    rasterizeMesh(near, { mesh, meshIndex, camera });
    rasterizeMesh(far, { mesh, meshIndex, camera, keepFarthest: true });
  });
  const behind = pixels.slice();
  const out = new Float32Array(3);
  for (let y = 0, i = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, i++) {
      const owner = near.mesh[i]!;
      if (owner < 0 || near.inverseDepth[i]! < surfaces.inverseDepth[i]!) continue;
      const { material } = glass[owner]!;
      const a = (x + 0.5 - widthPx / 2) / focalPx;
      const b = (heightPx / 2 - y - 0.5) / focalPx;
      const view = normalize([f[0] + r[0] * a + u[0] * b, f[1] + r[1] * a + u[1] * b, f[2] + r[2] * a + u[2] * b]);
      const normal = facingNormal(near, i, view);
      const rim = 1 + dot(view, normal);
      const shift = -material.bend * Math.min(widthPx, heightPx) * rim * rim;
      const sx = clamp(Math.round(x + dot(normal, r) * shift), 0, widthPx - 1);
      const sy = clamp(Math.round(y - dot(normal, u) * shift), 0, heightPx - 1);
      const source = (sy * widthPx + sx) * 3;
      out[0] = behind[source]!;
      out[1] = behind[source + 1]!;
      out[2] = behind[source + 2]!;
      if (far.inverseDepth[i]! >= surfaces.inverseDepth[i]!)
        passWall(scene, material, { view, normal: facingNormal(far, i, view), strength: 0.55 }, out);
      passWall(scene, material, { view, normal, strength: 1 }, out);
      pixels.set(out, i * 3);
    }
  }
}

/** Light that crosses one wall: absorbed by its slant thickness, then the wall's own reflection is added. */
function passWall(
  scene: Scene,
  material: Material,
  wall: { view: Vec3; normal: Vec3; strength: number },
  out: Float32Array,
): void {
  const { view, normal, strength } = wall;
  const facing = -dot(view, normal);
  const path = Math.min(5, 1 / Math.max(0.2, facing));
  const rim = (1 - facing) ** 4;
  const reflect = (0.05 + 0.7 * rim) * strength;
  const dark = 1 - 0.45 * rim;
  for (let k = 0; k < 3; k++) out[k]! *= material.color[k]! ** path * dark * (1 - reflect * 0.6);
  const mirrored = subtract(view, scale(normal, 2 * dot(view, normal)));
  const milk = material.gloss * strength;
  const sky = scene.light.sky;
  addReflection(
    scene.light,
    mirrored,
    { blur: material.roughness, weight: reflect + 0.06 * strength, ground: [0.1, 0.1, 0.1] },
    out,
  );
  for (let k = 0; k < 3; k++)
    out[k]! += milk * (sky[k]! + scene.light.color[k]! * 0.4) * (0.4 + 0.6 * material.color[k]!);
}
