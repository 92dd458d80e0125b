/** @file A scene to linear light: shadows, then ground and opaque things, then whatever is transparent over them. */
import { smoothstep } from '../vector.ts';
import type { Camera } from './camera.ts';
import { placeCamera } from './camera.ts';
import type { Art, Mesh } from './mesh.ts';
import { fractalNoise } from './noise.ts';
import type { SurfaceBuffer } from './raster.ts';
import { createSurfaceBuffer, rasterizeMesh } from './raster.ts';
import type { Scene } from './scene.ts';
import { drawGlass, shadeSurface } from './shade.ts';
import type { Shadows } from './shadow.ts';
import { castShadows } from './shadow.ts';
import type { Texture } from './texture.ts';

export interface Frame {
  widthPx: number;
  heightPx: number;
  /** [H, W, 3] linear light */
  pixels: Float32Array;
}

const farAway = 9;

export function drawScene(scene: Scene, textures: ReadonlyMap<Art, Texture>, widthPx: number, heightPx: number): Frame {
  const camera = placeCamera(scene.camera, widthPx, heightPx);
  const opaque = scene.meshes.filter((mesh) => mesh.material.kind !== 'glass');
  const glass = scene.meshes.filter((mesh) => mesh.material.kind === 'glass');
  const surfaces = createSurfaceBuffer(widthPx * heightPx);
  opaque.forEach((mesh, meshIndex) => rasterizeMesh(surfaces, { mesh, meshIndex, camera }));
  const pixels = new Float32Array(widthPx * heightPx * 3);
  const shadows = castShadows(scene, camera);
  drawOpaque({ scene, camera, surfaces, opaque, textures, shadows, pixels });
  if (glass.length > 0) drawGlass({ scene, camera, surfaces, glass, pixels });
  return { widthPx, heightPx, pixels };
}

interface Drawing {
  scene: Scene;
  camera: Camera;
  surfaces: SurfaceBuffer;
  opaque: readonly Mesh[];
  textures: ReadonlyMap<Art, Texture>;
  shadows: Shadows;
  pixels: Float32Array;
}

function drawOpaque(drawing: Drawing): void {
  const { scene, camera, surfaces, opaque, shadows, pixels } = drawing;
  const { widthPx, heightPx, position, forward: f, right: r, up: u, focalPx } = camera;
  const textureOf = opaque.map((mesh) => mesh.material.art && drawing.textures.get(mesh.material.art));
  const out = new Float32Array(3);
  for (let y = 0, i = 0; y < heightPx; y++) {
    const b = (heightPx / 2 - y - 0.5) / focalPx;
    for (let x = 0; x < widthPx; x++, i++) {
      const a = (x + 0.5 - widthPx / 2) / focalPx;
      const dx = f[0] + r[0] * a + u[0] * b;
      const dy = f[1] + r[1] * a + u[1] * b;
      const dz = f[2] + r[2] * a + u[2] * b;
      const owner = surfaces.mesh[i]!;
      const groundDepth = dz < -0.01 ? -position[2] / dz : Infinity;
      if (owner >= 0) {
        const depth = 1 / surfaces.inverseDepth[i]!;
        const point = [position[0] + dx * depth, position[1] + dy * depth, position[2] + dz * depth] as const;
        shadeSurface(
          scene,
          {
            material: opaque[owner]!.material,
            texture: textureOf[owner],
            point,
            view: [dx, dy, dz],
            buffer: surfaces,
            index: i,
          },
          out,
        );
      } else if (groundDepth < farAway * 1.5) {
        drawGround(
          scene,
          {
            x: position[0] + dx * groundDepth,
            y: position[1] + dy * groundDepth,
            shadows,
            px: x / widthPx,
            py: y / heightPx,
          },
          out,
        );
        if (groundDepth > farAway) blendWall(scene, a, b, smoothstep(farAway, farAway * 1.5, groundDepth), out);
      } else {
        blendWall(scene, a, b, 1, out);
      }
      pixels[i * 3] = out[0]!;
      pixels[i * 3 + 1] = out[1]!;
      pixels[i * 3 + 2] = out[2]!;
    }
  }
}

function drawGround(
  scene: Scene,
  at: { x: number; y: number; shadows: Shadows; px: number; py: number },
  out: Float32Array,
): void {
  const { light, ground } = scene;
  const { main, contact } = at.shadows;
  ground.paint(at.x, at.y, out);
  const mx = Math.min(main.widthPx - 1, Math.floor(at.px * main.widthPx));
  const my = Math.min(main.heightPx - 1, Math.floor(at.py * main.heightPx));
  const i = my * main.widthPx + mx;
  const lit = light.direction[2] * light.visibility(at.x, at.y) * (1 - main.values[i]!);
  const open = 1 - 0.75 * contact.values[i]!;
  for (let k = 0; k < 3; k++) out[k]! *= light.color[k]! * lit + light.sky[k]! * open;
}

/** The room behind: a plain wall with soft patches, out of focus. */
function blendWall(scene: Scene, a: number, b: number, share: number, out: Float32Array): void {
  const [low, high] = scene.ground.wall;
  const t = smoothstep(-0.2, 0.5, b);
  const patch = 0.8 + 0.5 * fractalNoise(a * 1.3 + 7, b * 1.3);
  for (let k = 0; k < 3; k++) {
    const wall = (low[k]! * (1 - t) + high[k]! * t) * patch * (scene.light.horizon[k]! + scene.light.color[k]! * 0.4);
    out[k] = out[k]! * (1 - share) + wall * share;
  }
}
