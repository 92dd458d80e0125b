/** @file Dents and folds: how thin walls give way. Every function maps a point of the whole thing to its place after the blow. */
import type { Deform } from '../draw/revolve.ts';
import type { Random } from '../random.ts';
import { smoothstep } from '../vector.ts';

export interface Body {
  radius: number;
  height: number;
}

export const chain =
  (...deforms: readonly Deform[]): Deform =>
  (point) =>
    deforms.reduce((p, deform) => deform(p), point);

/** One round hollow in the side. */
export function chooseDent(random: Random, body: Body & { depth: number }): Deform {
  const angle = random.between(0, 2 * Math.PI);
  const center = random.between(0.25, 0.75) * body.height;
  const size = random.between(0.6, 1.1) * body.radius;
  const [cx, cy] = [Math.cos(angle), Math.sin(angle)];
  return ([x, y, z]) => {
    const toward = (x * cx + y * cy) / body.radius;
    if (toward < 0) return [x, y, z];
    const side = Math.hypot(x - cx * body.radius, y - cy * body.radius, (z - center) * 0.9) / size;
    const push = body.depth * body.radius * Math.max(0, 1 - side * side) * toward;
    return [x - cx * push, y - cy * push, z];
  };
}

const zigzag = (x: number): number => 1 - 4 * Math.abs(x - Math.floor(x) - 0.5);

/** Stepped on from above: the wall buckles in rings of diamonds and gets shorter. */
export function chooseAxialCrush(random: Random, body: Body & { left: number }): Deform {
  const rings = random.between(1.2, 2.6);
  const lobes = random.integer(3, 5);
  const [phase, turn] = [random.unit(), random.unit()];
  const depth = (1 - body.left) * random.between(0.35, 0.6);
  return ([x, y, z]) => {
    const t = z / body.height;
    const window = Math.min(1, 5 * Math.max(0, Math.min(t - 0.03, 0.97 - t)));
    const angle = Math.atan2(y, x) / (2 * Math.PI);
    const row = t * rings + phase;
    const fold = 0.6 * zigzag(row) + 0.7 * zigzag(angle * lobes + turn + 0.5 * Math.floor(row + 0.25)) - 0.35;
    const factor = 1 + depth * window * fold;
    return [x * factor, y * factor, z * body.left + 0.1 * body.radius * window * zigzag(angle * 2 + turn)];
  };
}

/** Squeezed by a fist: flat across one axis about `center`, wider across the other, creased in between. */
export function chooseSqueeze(random: Random, body: Body & { strength: number }): Deform {
  const angle = random.between(0, 2 * Math.PI);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const center = random.between(0.35, 0.65);
  const reach = random.between(0.28, 0.55);
  const creases = random.between(2, 4);
  return ([x, y, z]) => {
    const [along, across] = [c * x + s * y, c * y - s * x];
    const near = 1 - smoothstep(0, reach, Math.abs(z / body.height - center));
    const crease = 0.12 * zigzag((z / body.height) * creases + (across / body.radius) * 0.4) * near;
    const flat = along * (1 - body.strength * near) + crease * body.radius * Math.sign(along) * body.strength;
    const wide = across * (1 + 0.3 * body.strength * near);
    return [c * flat - s * wide, s * flat + c * wide, z];
  };
}

/** The upper part bends over and slides. */
export function chooseBend(random: Random, body: Body & { angle: number }): Deform {
  const heading = random.between(0, 2 * Math.PI);
  const [c, s] = [Math.cos(heading), Math.sin(heading)];
  const hinge = random.between(0.3, 0.6) * body.height;
  const twist = random.between(-0.5, 0.5) * body.angle;
  return ([x, y, z]) => {
    const share = smoothstep(-0.2 * body.height, 0.25 * body.height, z - hinge);
    const bent = body.angle * share;
    const [along, across] = [c * x + s * y, c * y - s * x];
    const [cb, sb] = [Math.cos(bent), Math.sin(bent)];
    const up = z - hinge;
    const moved = share > 0 ? along * cb + Math.max(0, up) * sb : along;
    const high = hinge + (up > 0 ? up * cb : up) - along * sb;
    const turned = across + twist * share * along;
    return [c * moved - s * turned, s * moved + c * turned, high];
  };
}
