/** @file Everything there is to draw. */
import type { Ground } from '../scene/ground.ts';
import type { Light } from '../scene/light.ts';
import type { CameraPose } from './camera.ts';
import type { Mesh } from './mesh.ts';

export interface Scene {
  camera: CameraPose;
  light: Light;
  ground: Ground;
  meshes: readonly Mesh[];
}
