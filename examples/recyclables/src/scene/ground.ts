/** @file What things lie on: conveyor belt, concrete, wood, grass, table, gradient, tiles, sand. */
import { fractalNoise, grain } from '../draw/noise.ts';
import type { Random } from '../random.ts';
import type { Rgb } from '../vector.ts';
import { fromHsl, mix, scale, smoothstep } from '../vector.ts';

/** Writes the reflected color at a point of the plane; one unit is about the radius of the main object. */
export type Paint = (x: number, y: number, out: Float32Array) => void;

export interface Ground {
  paint: Paint;
  /** The far wall behind the plane: its color low and high. */
  wall: readonly [Rgb, Rgb];
}

export const groundKinds = ['conveyor', 'concrete', 'wood', 'grass', 'table', 'gradient', 'tiles', 'sand'] as const;
export type GroundKind = (typeof groundKinds)[number];

/** `contrast` from 0 to 1 pulls the texture, and the wall, toward the texture's mean color. */
export function chooseGround(random: Random, contrast: number): Ground {
  const kind = random.pick(groundKinds);
  const angle = random.between(0, 2 * Math.PI);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const zoom = random.between(0.7, 1.5);
  const [dx, dy] = [random.between(-20, 20), random.between(-20, 20)];
  const textured = painters[kind](random);
  const paint: Paint = (x, y, out) => textured((c * x - s * y) * zoom + dx, (s * x + c * y) * zoom + dy, out);
  const mean = meanColor(paint);
  const [red, green, blue] = mean;
  const painted = fromHsl(random.between(0, 360), random.between(0, 0.25), random.between(0.25, 0.85));
  const wall = mix(mean, painted, contrast);
  return {
    paint: (x, y, out) => {
      paint(x, y, out);
      out[0] = red + (out[0]! - red) * contrast;
      out[1] = green + (out[1]! - green) * contrast;
      out[2] = blue + (out[2]! - blue) * contrast;
    },
    wall: [scale(wall, 0.8), wall],
  };
}

/** Of points on a spiral around the origin. */
export function meanColor(paint: Paint): Rgb {
  const [sum, one] = [new Float64Array(3), new Float32Array(3)];
  const count = 24;
  for (let i = 0; i < count; i++) {
    paint(Math.cos(i * 2.4) * (i / count) * 2, Math.sin(i * 2.4) * (i / count) * 2, one);
    for (let k = 0; k < 3; k++) sum[k]! += one[k]! / count;
  }
  return [sum[0]!, sum[1]!, sum[2]!];
}

/** Writes the mixture of two colors times `factor`. */
function blend(out: Float32Array, pair: readonly [Rgb, Rgb], t: number, factor: number): void {
  const [a, b] = pair;
  out[0] = (a[0] + (b[0] - a[0]) * t) * factor;
  out[1] = (a[1] + (b[1] - a[1]) * t) * factor;
  out[2] = (a[2] + (b[2] - a[2]) * t) * factor;
}

function write(out: Float32Array, color: Rgb, factor: number): void {
  out[0] = color[0] * factor;
  out[1] = color[1] * factor;
  out[2] = color[2] * factor;
}

const fraction = (x: number): number => x - Math.floor(x);
/** Near 1 within `width` of the whole numbers. */
const line = (x: number, width: number): number =>
  1 - smoothstep(width * 0.6, width, Math.abs(fraction(x + 0.5) - 0.5));

const painters: Record<GroundKind, (random: Random) => Paint> = {
  conveyor(random) {
    const belt = fromHsl(random.pick([210, 130, 30, 160]), random.between(0, 0.3), random.between(0.16, 0.45));
    const rail = fromHsl(45, random.pick([0.05, 0.7]), random.between(0.45, 0.65));
    const halfWidth = random.between(1.3, 3);
    const pitch = random.between(3, 7);
    const isRibbed = random.chance(0.6);
    const center = random.between(-0.6, 0.6);
    return (x, y, out) => {
      const across = Math.abs(fraction((y + center) / 24 + 0.5) - 0.5) * 24;
      const wear = 0.75 + 0.5 * fractalNoise(x * 0.4, y * 2.2) + 0.12 * (grain(x * 2, y * 2) - 0.5);
      if (across > halfWidth)
        write(out, rail, across > halfWidth + 0.5 ? 0.25 * wear : 0.6 + 0.4 * wear - 0.6 * line(across * 2, 0.08));
      else
        write(
          out,
          belt,
          wear *
            (isRibbed
              ? 1 - 0.45 * line(x * pitch * 0.3, 0.06)
              : 1 + 0.25 * (grain(x * pitch * 0.3, y * pitch * 0.3) - 0.5)),
        );
    };
  },
  concrete(random) {
    const base = fromHsl(random.between(20, 220), random.between(0, 0.1), random.between(0.42, 0.75));
    const contrast = random.between(0.3, 0.8);
    const hasCracks = random.chance(0.35);
    return (x, y, out) => {
      const cloud = fractalNoise(x * 0.45, y * 0.45);
      let factor = 1 + contrast * (cloud - 0.5) + 0.28 * (grain(x * 1.6, y * 1.6) - 0.5);
      if (hasCracks)
        factor *= 1 - 0.55 * (1 - smoothstep(0.001, 0.007, Math.abs(fractalNoise(x * 0.13 + 3, y * 0.13) - 0.5)));
      write(out, base, factor);
    };
  },
  wood(random) {
    const hue = random.between(18, 38);
    const light = fromHsl(hue, random.between(0.2, 0.55), random.between(0.42, 0.7));
    const dark = mix(light, fromHsl(hue - 6, 0.5, 0.2), random.between(0.35, 0.7));
    const width = random.between(0.5, 1.2);
    const pair = [light, dark] as const;
    return (x, y, out) => {
      const plank = Math.floor(y / width);
      const shift = grain(plank / 16, 0.5) * 40;
      const grainLine = fractalNoise(x * 0.25 + shift, y * 3.5 + fractalNoise(x * 0.4 + shift, y * 0.6) * 4);
      const fine = fractalNoise(x * 0.9 + shift, y * 16);
      const gap = Math.max(line(y / width, 0.025), line((x + shift) / 9, 0.004));
      const own = (0.8 + 0.4 * grain(plank / 16, 7.5)) * (1 - 0.8 * gap);
      blend(out, pair, smoothstep(0.25, 0.8, grainLine * 0.75 + fine * 0.25), own);
    };
  },
  grass(random) {
    const hue = random.between(62, 118);
    const light = fromHsl(hue, random.between(0.25, 0.55), random.between(0.38, 0.55));
    const dark = fromHsl(hue + 15, 0.4, 0.14);
    const straw = mix(light, fromHsl(48, 0.4, 0.6), random.between(0, 0.8));
    const shaded = [dark, light] as const;
    const sunny = [light, straw] as const;
    const density = random.between(1.5, 2.6);
    return (x, y, out) => {
      const px = x * density;
      const py = y * density;
      const sway = fractalNoise(px * 0.5, py * 0.5) * 1.5;
      const a = fractalNoise((px + py * 0.5) * 9 + sway * 3, (py - px * 0.5) * 1.4);
      const b = fractalNoise((px - py * 0.6) * 8 - sway * 4, (py + px * 0.6) * 1.5 + 5);
      const c = fractalNoise((py + px * 0.15) * 8 + sway * 3, (px - py * 0.15) * 1.3 + 9);
      const blade = Math.max(a, b * 0.95, c * 0.9);
      const patch = 0.7 + 0.6 * fractalNoise(px * 0.25, py * 0.25 + 4);
      if (blade < 0.6) blend(out, shaded, smoothstep(0.38, 0.6, blade), patch);
      else blend(out, sunny, smoothstep(0.6, 0.78, blade), patch);
    };
  },
  table(random) {
    const base = fromHsl(random.between(0, 360), random.between(0.02, 0.35), random.between(0.3, 0.88));
    const isCloth = random.chance(0.5);
    const checks = random.chance(0.3) ? random.between(0.4, 0.9) : 0;
    const pair = [base, fromHsl(random.between(0, 360), random.between(0.1, 0.6), random.between(0.3, 0.9))] as const;
    return (x, y, out) => {
      const weave = isCloth ? 0.12 * Math.sin(x * 55) * Math.sin(y * 55) : 0;
      const shade = 0.94 + 0.12 * fractalNoise(x * 0.3, y * 0.3) + weave + 0.04 * (grain(x * 3, y * 3) - 0.5);
      const crossings = (fraction(x / checks / 2) < 0.5 ? 0.5 : 0) + (fraction(y / checks / 2) < 0.5 ? 0.5 : 0);
      blend(out, pair, checks > 0 ? crossings : 0, shade);
    };
  },
  gradient(random) {
    const hue = random.between(0, 360);
    const near = fromHsl(hue, random.between(0, 0.35), random.between(0.3, 0.92));
    const far = fromHsl(hue + random.between(-60, 60), random.between(0, 0.35), random.between(0.3, 0.92));
    const pair = [near, far] as const;
    return (x, y, out) => {
      blend(out, pair, 0.5 + 0.5 * Math.sin(x * 0.35 + y * 0.1), 1);
    };
  },
  tiles(random) {
    const base = fromHsl(random.between(0, 360), random.between(0, 0.2), random.between(0.4, 0.88));
    const grout = fromHsl(30, 0.08, random.between(0.25, 0.85));
    const width = random.between(0.7, 1.8);
    const variety = random.between(0.05, 0.4);
    const isBond = random.chance(0.35);
    const pair = [base, grout] as const;
    return (x, y, out) => {
      const row = Math.floor(y / width);
      const across = x / width / (isBond ? 2 : 1) + (isBond ? row * 0.5 : 0);
      const joint = Math.max(line(across, isBond ? 0.018 : 0.035), line(y / width, 0.035));
      const own =
        1 + variety * (grain(Math.floor(across) / 16, row / 16 + 3) - 0.5) + 0.18 * (fractalNoise(x, y) - 0.5);
      blend(out, pair, joint, own);
    };
  },
  sand(random) {
    const base = fromHsl(random.between(18, 45), random.between(0.05, 0.35), random.between(0.5, 0.75));
    const ripples = random.between(0.2, 0.7);
    const size = random.between(0.5, 1.1);
    return (x, y, out) => {
      const slope = fractalNoise(x * size, y * size * 2) - fractalNoise(x * size + 0.07, y * size * 2 + 0.07);
      const speck = grain(x * 2.4, y * 2.4);
      write(out, base, 0.95 + ripples * 3 * slope + 0.25 * (speck - 0.5) - (speck > 0.985 ? 0.4 : 0));
    };
  },
};

/** Shares of the main light on the ground: slats of a blind, leaves, or one broad edge. */
export function chooseLightPattern(random: Random): (x: number, y: number) => number {
  const angle = random.between(0, Math.PI);
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  const pitch = random.between(0.5, 1.6);
  const offset = random.between(-9, 9);
  switch (random.pick(['blind', 'leaves', 'edge'] as const)) {
    case 'blind':
      return (x, y) =>
        0.25 + 0.75 * smoothstep(0.25, 0.4, Math.abs(fraction((c * x + s * y) * pitch + offset) - 0.5) * 2);
    case 'leaves':
      return (x, y) => 0.2 + 0.8 * smoothstep(0.42, 0.56, fractalNoise(x * pitch * 0.8 + offset, y * pitch * 0.8));
    default:
      return (x, y) => 0.3 + 0.7 * smoothstep(-0.15, 0.15, c * x + s * y + (offset - 2) * 0.12);
  }
}
