/** @file Shadows on the ground: every mesh flattened along the light, and straight down for the dark where things touch. */
import type { Camera } from './camera.ts';
import type { Mask } from './mask.ts';
import { blurMask, createMask, fillMask } from './mask.ts';
import type { Mesh } from './mesh.ts';
import { projectPoints } from './raster.ts';
import type { Scene } from './scene.ts';

/** Half the frame's size each way; 1 is no light. */
export interface Shadows {
  main: Mask;
  contact: Mask;
}

export function castShadows(scene: Scene, camera: Camera): Shadows {
  const widthPx = Math.ceil(camera.widthPx / 2);
  const heightPx = Math.ceil(camera.heightPx / 2);
  const half: Camera = { ...camera, widthPx, heightPx, focalPx: camera.focalPx / 2 };
  const { direction } = scene.light;
  const [slopeX, slopeY] = [direction[0] / direction[2], direction[1] / direction[2]];
  const main = createMask(widthPx, heightPx);
  const contact = createMask(widthPx, heightPx);
  for (const mesh of scene.meshes) {
    const strength = mesh.material.kind === 'glass' ? 0.45 : 0.95;
    fillMask(main, projectPoints(flatten(mesh, slopeX, slopeY, 0), half), mesh.indices, strength);
    fillMask(contact, projectPoints(flatten(mesh, 0, 0, 0.9), half), mesh.indices, strength);
  }
  const size = Math.min(widthPx, heightPx);
  blurMask(main, scene.light.shadowSoftness * size);
  blurMask(contact, 0.05 * size);
  return { main, contact };
}

/** `shrink` pulls high points toward the mesh's middle, so that only what is near the ground darkens it. */
function flatten(mesh: Mesh, slopeX: number, slopeY: number, shrink: number): Float32Array {
  const { positions } = mesh;
  const flat = new Float32Array(positions.length);
  let [middleX, middleY] = [0, 0];
  for (let i = 0; i < positions.length; i += 3) {
    middleX += positions[i]!;
    middleY += positions[i + 1]!;
  }
  middleX /= positions.length / 3;
  middleY /= positions.length / 3;
  for (let i = 0; i < positions.length; i += 3) {
    const z = positions[i + 2]!;
    const keep = 1 / (1 + shrink * Math.max(0, z));
    flat[i] = middleX + (positions[i]! - slopeX * z - middleX) * keep;
    flat[i + 1] = middleY + (positions[i + 1]! - slopeY * z - middleY) * keep;
  }
  return flat;
}
