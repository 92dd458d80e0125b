/** @file The color of a visible point of matte or metal: the main light, the surroundings, what it mirrors. */
import { meanColor } from '../scene/ground.ts';
import type { Ray } from '../scene/light.ts';
import { addReflection } from '../scene/light.ts';
import { clamp } from '../vector.ts';
import type { Material } from './mesh.ts';
import type { Scene } from './scene.ts';
import type { Texture } from './texture.ts';
import { tintByTexture } from './texture.ts';
import type { VisiblePoint } from './visible-point.ts';

export type Shade = (
  point: VisiblePoint,
  surface: { material: Material; texture: Texture | undefined },
  out: Float32Array,
) => void;

/** The function writes linear light into `out`. */
export function createShade(scene: Scene): Shade {
  const { light } = scene;
  const { direction: toward } = light;
  const base = new Float32Array(3);
  const bounce = meanColor(scene.ground.paint).map((c, k) => c * (light.color[k]! * toward[2] + light.sky[k]!));
  const onGround = Float32Array.from(bounce, (value) => value * 0.5);
  const reflection = new Float32Array(3);
  const ray: Ray = { x: 0, y: 0, z: 0, blur: 0, weight: 1, ground: onGround };
  return (point, { material, texture }, out) => {
    base.set(material.color);
    if (texture) tintByTexture(texture, point.u, point.v, base);

    const drop = point.z / toward[2];
    const seen = light.visibility(point.x - toward[0] * drop, point.y - toward[1] * drop);
    const lit = seen * Math.max(0, point.normalX * toward[0] + point.normalY * toward[1] + point.normalZ * toward[2]);
    const open = (0.5 + 0.5 * point.normalZ) * (0.55 + 0.45 * clamp(point.z * 2.5, 0, 1));
    const below = (0.5 - 0.5 * point.normalZ) * 0.45;
    const share = material.kind === 'metal' ? 0.4 : 1;
    for (let k = 0; k < 3; k++) {
      const around = light.sky[k]! * open + light.horizon[k]! * 0.25 + bounce[k]! * below;
      out[k] = base[k]! * share * (light.color[k]! * lit + around);
    }

    const rim = fifthPower(1 - point.facing);
    reflection.fill(0);
    ray.x = point.mirrorX;
    ray.y = point.mirrorY;
    ray.z = point.mirrorZ;
    ray.blur = material.roughness;
    addReflection(light, ray, reflection);
    const occluded = 0.5 + 0.5 * clamp(point.z * 3, 0, 1);
    for (let k = 0; k < 3; k++) {
      const strength =
        material.kind === 'metal' ? 0.72 * base[k]! + 0.04 + 0.3 * rim : material.gloss * (0.06 + 0.9 * rim);
      out[k]! += reflection[k]! * occluded * strength;
    }
  };
}

/** Schlick's approximation of what a surface mirrors at a grazing angle; the ** operator is several times slower. */
const fifthPower = (x: number): number => x * x * x * x * x;
