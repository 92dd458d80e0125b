/** @file A pinhole camera over the ground plane z = 0. */
import type { Vec3 } from '../vector.ts';
import { add, cross, normalize, scale } from '../vector.ts';

export interface Camera {
  position: Vec3;
  forward: Vec3;
  right: Vec3;
  up: Vec3;
  /** Focal length in pixels of the frame. */
  focalPx: number;
  widthPx: number;
  heightPx: number;
}

export interface CameraPose {
  target: Vec3;
  distance: number;
  azimuth: number;
  /** Above the ground, in radians; under pi / 2. */
  elevation: number;
  /** Turn about the viewing axis, in radians. */
  roll: number;
  /** Full angle over the shorter side, in radians. */
  fieldOfView: number;
}

export function placeCamera(pose: CameraPose, widthPx: number, heightPx: number): Camera {
  const { azimuth, elevation, roll } = pose;
  const backward: Vec3 = [
    Math.cos(elevation) * Math.cos(azimuth),
    Math.cos(elevation) * Math.sin(azimuth),
    Math.sin(elevation),
  ];
  const forward = scale(backward, -1);
  const levelRight = normalize(cross(forward, [0, 0, 1]));
  const levelUp = cross(levelRight, forward);
  const [c, s] = [Math.cos(roll), Math.sin(roll)];
  return {
    position: add(pose.target, scale(backward, pose.distance)),
    forward,
    right: add(scale(levelRight, c), scale(levelUp, s)),
    up: add(scale(levelUp, c), scale(levelRight, -s)),
    focalPx: Math.min(widthPx, heightPx) / 2 / Math.tan(pose.fieldOfView / 2),
    widthPx,
    heightPx,
  };
}
