/** @file Vectors, rotations and colors, as small as the renderer needs them. */

export type Vec3 = readonly [x: number, y: number, z: number];
/** Linear light, not sRGB; 1 is white paper in full light. */
export type Rgb = readonly [red: number, green: number, blue: number];
/** Three rows. */
export type Rotation = readonly [Vec3, Vec3, Vec3];

export const add = (a: Vec3, b: Vec3): Vec3 => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
export const scale = (a: Vec3, factor: number): Vec3 => [a[0] * factor, a[1] * factor, a[2] * factor];
export const multiply = (a: Rgb, b: Rgb): Rgb => [a[0] * b[0], a[1] * b[1], a[2] * b[2]];
const dot = (a: Vec3, b: Vec3): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
export const cross = (a: Vec3, b: Vec3): Vec3 => [
  a[1] * b[2] - a[2] * b[1],
  a[2] * b[0] - a[0] * b[2],
  a[0] * b[1] - a[1] * b[0],
];
export const mix = (a: Vec3, b: Vec3, t: number): Vec3 => [
  a[0] + (b[0] - a[0]) * t,
  a[1] + (b[1] - a[1]) * t,
  a[2] + (b[2] - a[2]) * t,
];

export function normalize(a: Vec3): Vec3 {
  return scale(a, 1 / (Math.sqrt(dot(a, a)) || 1));
}

export function smoothstep(low: number, high: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - low) / (high - low)));
  return t * t * (3 - 2 * t);
}

export const clamp = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x);

/** Angles in radians: about z first (spin), then about x (tilt), then about z again (heading). */
export function eulerRotation(spin: number, tilt: number, heading: number): Rotation {
  const [cs, ss] = [Math.cos(spin), Math.sin(spin)];
  const [ct, st] = [Math.cos(tilt), Math.sin(tilt)];
  const [ch, sh] = [Math.cos(heading), Math.sin(heading)];
  return [
    [ch * cs - sh * ct * ss, -ch * ss - sh * ct * cs, sh * st],
    [sh * cs + ch * ct * ss, -sh * ss + ch * ct * cs, -ch * st],
    [st * ss, st * cs, ct],
  ];
}

/** Hue in degrees, saturation and lightness from 0 to 1, as in CSS; the result is linear light. */
export function fromHsl(hue: number, saturation: number, lightness: number): Rgb {
  const amplitude = saturation * Math.min(lightness, 1 - lightness);
  const channel = (offset: number): number => {
    const k = (((offset + hue / 30) % 12) + 12) % 12;
    return (lightness - amplitude * Math.max(-1, Math.min(k - 3, 9 - k, 1))) ** 2.2;
  };
  return [channel(0), channel(8), channel(4)];
}
