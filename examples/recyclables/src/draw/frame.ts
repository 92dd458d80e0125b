/** @file A scene to linear light: shadows, then ground and opaque things, then whatever is transparent over them. */
import { add, multiply, scale, smoothstep } from '../vector.ts';
import type { Camera } from './camera.ts';
import { placeCamera } from './camera.ts';
import { drawGlass } from './glass.ts';
import type { Art, Mesh } from './mesh.ts';
import { fractalNoise } from './noise.ts';
import type { SurfaceBuffer } from './raster.ts';
import { createSurfaceBuffer, projectPoints, rasterizeMesh } from './raster.ts';
import type { Scene } from './scene.ts';
import { createShade } from './shade.ts';
import { castShadows } from './shadow.ts';
import type { Texture } from './texture.ts';
import { advance, aim, createVisiblePoint, readSurface } from './visible-point.ts';

export interface Frame {
  widthPx: number;
  heightPx: number;
  /** [H, W, 3] linear light */
  pixels: Float32Array;
}

const farAway = 9;

export function drawScene(
  scene: Scene,
  options: { textures: ReadonlyMap<Art, Texture>; widthPx: number; heightPx: number },
): Frame {
  const { textures, widthPx, heightPx } = options;
  const camera = placeCamera(scene.camera, widthPx, heightPx);
  const opaque = scene.meshes.filter((mesh) => mesh.material.kind !== 'glass');
  const glass = scene.meshes.filter((mesh) => mesh.material.kind === 'glass');
  const surfaces = createSurfaceBuffer(widthPx * heightPx);
  opaque.forEach((mesh, meshIndex) => {
    rasterizeMesh(surfaces, { points: projectPoints(mesh.positions, camera), mesh, meshIndex, camera });
  });
  const pixels = new Float32Array(widthPx * heightPx * 3);
  drawOpaque({ scene, camera, surfaces, opaque, textures, pixels });
  if (glass.length > 0) drawGlass({ scene, camera, surfaces, glass, pixels });
  return { widthPx, heightPx, pixels };
}

interface Drawing {
  scene: Scene;
  camera: Camera;
  surfaces: SurfaceBuffer;
  opaque: readonly Mesh[];
  textures: ReadonlyMap<Art, Texture>;
  pixels: Float32Array;
}

function drawOpaque({ scene, camera, surfaces, opaque, textures, pixels }: Drawing): void {
  const { widthPx, heightPx } = camera;
  const looks = opaque.map(({ material }) => ({ material, texture: material.art && textures.get(material.art) }));
  const shade = createShade(scene);
  const drawGround = createDrawGround(scene, camera);
  const point = createVisiblePoint();
  const out = new Float32Array(3);
  for (let y = 0, i = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++, i++) {
      const owner = surfaces.mesh[i]!;
      if (owner >= 0) {
        aim(point, camera, x, y);
        advance(point, camera, 1 / surfaces.inverseDepth[i]!);
        readSurface(point, surfaces, opaque[owner]!, i);
        shade(point, looks[owner]!, out);
      } else {
        drawGround(x, y, out);
      }
      pixels[i * 3] = out[0]!;
      pixels[i * 3 + 1] = out[1]!;
      pixels[i * 3 + 2] = out[2]!;
    }
  }
}

/** Most pixels are ground, so this one keeps to plain numbers. */
function createDrawGround(scene: Scene, camera: Camera): (px: number, py: number, out: Float32Array) => void {
  const { light, ground } = scene;
  const { main, contact } = castShadows(scene, camera);
  const { widthPx, heightPx, focalPx } = camera;
  const [fromX, fromY, fromZ] = camera.position;
  const [fx, fy, fz] = camera.forward;
  const [rx, ry, rz] = camera.right;
  const [ux, uy, uz] = camera.up;
  const [lightRed, lightGreen, lightBlue] = light.color;
  const [skyRed, skyGreen, skyBlue] = light.sky;
  const slope = light.direction[2];
  const blendWall = createBlendWall(scene);
  return (px, py, out) => {
    const a = (px + 0.5 - widthPx / 2) / focalPx;
    const b = (heightPx / 2 - py - 0.5) / focalPx;
    const dx = fx + rx * a + ux * b;
    const dy = fy + ry * a + uy * b;
    const dz = fz + rz * a + uz * b;
    const depth = dz < -0.01 ? -fromZ / dz : 1e9;
    if (depth < farAway * 1.5) {
      const x = fromX + dx * depth;
      const y = fromY + dy * depth;
      ground.paint(x, y, out);
      const i = (py >> 1) * main.widthPx + (px >> 1);
      const lit = slope * light.visibility(x, y) * (1 - main.values[i]!);
      const open = 1 - 0.75 * contact.values[i]!;
      out[0]! *= lightRed * lit + skyRed * open;
      out[1]! *= lightGreen * lit + skyGreen * open;
      out[2]! *= lightBlue * lit + skyBlue * open;
    }
    if (depth > farAway) blendWall(dx + dy, dz, smoothstep(farAway, farAway * 1.5, depth), out);
  };
}

/** The room behind: a plain wall with soft patches, out of focus; `along` and `up` say where one looks. */
function createBlendWall({
  ground,
  light,
}: Scene): (along: number, up: number, share: number, out: Float32Array) => void {
  const lit = add(light.horizon, scale(light.color, 0.4));
  const low = multiply(ground.wall[0], lit);
  const high = multiply(ground.wall[1], lit);
  return (along, up, share, out) => {
    const t = smoothstep(-0.1, 0.4, up);
    const patch = share * (0.8 + 0.5 * fractalNoise(along * 1.3, up * 1.3));
    for (let k = 0; k < 3; k++) out[k] = out[k]! * (1 - share) + (low[k]! + (high[k]! - low[k]!) * t) * patch;
  };
}
