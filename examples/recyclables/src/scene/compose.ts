/** @file A class and a seed to a scene: one thing of the class, posed, framed, lit, with what else lies about. */
import type { CameraPose } from '../draw/camera.ts';
import type { Mesh } from '../draw/mesh.ts';
import { boundsOf, placeMesh } from '../draw/mesh.ts';
import type { Scene } from '../draw/scene.ts';
import { cardboardBox } from '../objects/cardboard-box.ts';
import { crushedCan } from '../objects/crushed-can.ts';
import { glassBottle } from '../objects/glass-bottle.ts';
import { plasticBottle } from '../objects/plastic-bottle.ts';
import { sodaCan } from '../objects/soda-can.ts';
import type { Random } from '../random.ts';
import type { Vec3 } from '../vector.ts';
import { eulerRotation } from '../vector.ts';
import { chooseDistractor } from './distractors.ts';
import { chooseGround, chooseLightPattern } from './ground.ts';
import { chooseLight } from './light.ts';

interface Kind {
  /** Standing on z = 0. */
  build: (random: Random) => Mesh[];
  /** Share that lies on its side. */
  lying: number;
}

export const kinds = {
  boxes: { build: cardboardBox, lying: 0.12 },
  'glass-bottles': { build: glassBottle, lying: 0.5 },
  'soda-cans': { build: sodaCan, lying: 0.45 },
  'crushed-soda-cans': { build: crushedCan, lying: 0.6 },
  'plastic-bottles': { build: plasticBottle, lying: 0.55 },
} as const satisfies Record<string, Kind>;

export type RecyclableClass = keyof typeof kinds;

export function composeScene(random: Random, className: RecyclableClass): Scene {
  const ground = chooseGround(random);
  const light = chooseLight(random, chooseLightPattern(random));
  const { build, lying } = kinds[className];
  const isLying = random.chance(lying);
  const meshes = settle(build(random), {
    spin: random.between(0, 2 * Math.PI),
    tilt: isLying ? Math.PI / 2 + random.normal(0, 0.05) : random.normal(0, 0.03),
    heading: random.between(0, 2 * Math.PI),
  });
  const camera = chooseCamera(random, meshes, isLying);
  const others = Array.from({ length: random.pick([0, 0, 1, 1, 2]) }, () => placeDistractor(random));
  return { camera, light, ground, meshes: [...meshes, ...others] };
}

interface Pose {
  spin: number;
  tilt: number;
  heading: number;
}

/** Turns, scales to a radius of 1 and drops onto the ground at the origin. */
function settle(meshes: readonly Mesh[], pose: Pose): Mesh[] {
  const rotation = eulerRotation(pose.spin, pose.tilt, pose.heading);
  const turned = meshes.map((mesh) => placeMesh(mesh, { rotation, size: 1, offset: [0, 0, 0] }));
  const { low, high } = boundsOf(turned);
  const size = 2 / Math.hypot(high[0] - low[0], high[1] - low[1], high[2] - low[2]);
  const offset: Vec3 = [(-size * (low[0] + high[0])) / 2, (-size * (low[1] + high[1])) / 2, -size * low[2]];
  return meshes.map((mesh) => placeMesh(mesh, { rotation, size, offset }));
}

function chooseCamera(random: Random, meshes: readonly Mesh[], isLying: boolean): CameraPose {
  const { high } = boundsOf(meshes);
  const fieldOfView = random.between(0.45, 0.95);
  const fill = random.between(0.75, 1.3);
  const elevation = isLying ? random.between(0.5, 1.5) : random.between(0.18, 1.15);
  const wander = 0.28;
  return {
    target: [random.normal(0, wander), random.normal(0, wander), Math.max(0, high[2] / 2 + random.normal(0, 0.1))],
    distance: 1 / Math.tan(fieldOfView / 2) / fill,
    azimuth: random.between(0, 2 * Math.PI),
    elevation,
    roll: random.normal(0, 0.1),
    fieldOfView,
  };
}

function placeDistractor(random: Random): Mesh {
  const mesh = chooseDistractor(random);
  const angle = random.between(0, 2 * Math.PI);
  const reach = random.between(0.5, 1.5);
  const size = random.between(0.15, 0.5);
  const rotation = eulerRotation(0, 0, random.between(0, 2 * Math.PI));
  const { low } = boundsOf([mesh]);
  return placeMesh(mesh, {
    rotation,
    size,
    offset: [Math.cos(angle) * reach, Math.sin(angle) * reach, -low[2] * size],
  });
}
