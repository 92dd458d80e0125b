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
import type { Photographer } from './photographer.ts';

interface Kind {
  /** Standing on z = 0. */
  build: (random: Random) => Mesh[];
  /** Share that lies on its side. */
  lying: number;
  /** Turn about the vertical that shows a standing one best, in radians. */
  bestSide: number;
}

export const kinds = {
  boxes: { build: cardboardBox, lying: 0.2, bestSide: Math.PI / 4 },
  'glass-bottles': { build: glassBottle, lying: 0.5, bestSide: 0 },
  'soda-cans': { build: sodaCan, lying: 0.45, bestSide: 0 },
  'crushed-soda-cans': { build: crushedCan, lying: 0.55, bestSide: 0 },
  'plastic-bottles': { build: plasticBottle, lying: 0.5, bestSide: 0 },
} as const satisfies Record<string, Kind>;

export type RecyclableClass = keyof typeof kinds;

export function composeScene(
  random: Random,
  options: { className: RecyclableClass; photographer: Photographer },
): Scene {
  const { className, photographer } = options;
  const ground = chooseGround(random, random.between(...photographer.groundContrast));
  const light = chooseLight(random, random.chance(photographer.lightPattern) ? chooseLightPattern(random) : undefined);
  const kind = kinds[className];
  const isLying = random.chance(kind.lying * photographer.lying);
  const azimuth = random.between(0, 2 * Math.PI);
  const meshes = settle(kind.build(random), {
    spin: isLying ? random.between(0, 2 * Math.PI) : random.integer(0, 3) * (Math.PI / 2),
    tilt: isLying ? Math.PI / 2 + random.normal(0, 0.05) : random.normal(0, 0.03),
    heading: azimuth + random.pick([0, Math.PI]) + (isLying ? 0 : kind.bestSide) + random.normal(0, photographer.turn),
  });
  const camera = chooseCamera(random, photographer, { topZ: boundsOf(meshes).high[2], isLying, azimuth });
  const others = Array.from({ length: random.pick(photographer.distractors) }, () =>
    placeDistractor(random, photographer),
  );
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

function chooseCamera(
  random: Random,
  photographer: Photographer,
  subject: { topZ: number; isLying: boolean; azimuth: number },
): CameraPose {
  const { wander, roll, fill, elevationLying, elevationStanding } = photographer;
  const fieldOfView = random.between(0.45, 0.95);
  const height = subject.topZ / 2 + random.normal(0, wander / 2);
  return {
    target: [random.normal(0, wander), random.normal(0, wander), Math.max(0, height)],
    distance: 1 / Math.tan(fieldOfView / 2) / random.between(...fill),
    azimuth: subject.azimuth,
    elevation: random.between(...(subject.isLying ? elevationLying : elevationStanding)),
    roll: random.normal(0, roll),
    fieldOfView,
  };
}

function placeDistractor(random: Random, photographer: Photographer): Mesh {
  const mesh = chooseDistractor(random);
  const angle = random.between(0, 2 * Math.PI);
  const reach = random.between(...photographer.distractorReach);
  const size = random.between(0.15, 0.5);
  const rotation = eulerRotation(0, 0, random.between(0, 2 * Math.PI));
  const { low } = boundsOf([mesh]);
  return placeMesh(mesh, {
    rotation,
    size,
    offset: [Math.cos(angle) * reach, Math.sin(angle) * reach, -low[2] * size],
  });
}
