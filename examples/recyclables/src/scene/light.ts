/** @file The light of a scene: where it comes from, its color, what metal and glass mirror of it. */
import type { Random } from '../random.ts';
import type { Rgb, Vec3 } from '../vector.ts';
import { cross, mix, multiply, normalize, scale, smoothstep } from '../vector.ts';

export interface Light {
  /** From the scene towards the light. */
  direction: Vec3;
  color: Rgb;
  /** Light from straight above and from the sides, without the main light. */
  sky: Rgb;
  horizon: Rgb;
  /** Half the angle that the lamp or window covers, as tangents. */
  halfWidth: number;
  halfHeight: number;
  /** A window frame's bars cross the reflection. */
  hasBars: boolean;
  /** Blur of shadows, as a share of the picture. */
  shadowSoftness: number;
  /** Share of the main light at a point of the ground: blinds, leaves, a passer-by. */
  visibility: (x: number, y: number) => number;
  /** Bright upright shapes around: windows, doors, walls in the sun. They make the streaks on metal and glass. */
  panels: readonly Panel[];
  across: Vec3;
  along: Vec3;
}

interface Panel {
  x: number;
  y: number;
  /** Cosine of half the angle it covers. */
  reach: number;
  strength: number;
}

const kinds = {
  sun: { power: 2.4, ambient: 0.5, size: 0.1, softness: 0.006, warmth: [-0.1, 0.5] },
  lowSun: { power: 2.2, ambient: 0.4, size: 0.12, softness: 0.01, warmth: [0.5, 1] },
  overcast: { power: 0.5, ambient: 1.1, size: 1.2, softness: 0.07, warmth: [-0.6, 0] },
  window: { power: 1.2, ambient: 0.55, size: 0.5, softness: 0.03, warmth: [-0.4, 0.4] },
  lamp: { power: 1.6, ambient: 0.35, size: 0.25, softness: 0.018, warmth: [0.3, 1.1] },
  tubes: { power: 0.9, ambient: 0.8, size: 0.35, softness: 0.035, warmth: [-0.5, 0.3] },
} as const;

const neutral: Rgb = [1, 1, 1];
const warm: Rgb = [1.28, 0.94, 0.62];
const cool: Rgb = [0.8, 0.98, 1.24];

/** `pattern` breaks up hard light; soft light has none. */
export function chooseLight(random: Random, pattern: Light['visibility'] = () => 1): Light {
  const kind = random.pick(Object.keys(kinds) as (keyof typeof kinds)[]);
  const { power, ambient, size, softness, warmth } = kinds[kind];
  const elevation = kind === 'lowSun' ? random.between(0.35, 0.7) : random.between(0.6, 1.4);
  const azimuth = random.between(0, 2 * Math.PI);
  const direction: Vec3 = [
    Math.cos(elevation) * Math.cos(azimuth),
    Math.cos(elevation) * Math.sin(azimuth),
    Math.sin(elevation),
  ];
  const temperature = random.between(warmth[0], warmth[1]);
  const tint = mix(neutral, temperature > 0 ? warm : cool, Math.abs(temperature));
  const skyTint = mix(neutral, temperature > 0.4 ? cool : tint, random.between(0, 0.5));
  const green: Rgb = kind === 'tubes' ? [0.95, 1.06, 0.96] : neutral;
  const across = normalize(cross(direction, [0.13, 0.21, 0.97]));
  const isHard = kind === 'sun' || kind === 'lowSun' || kind === 'window';
  return {
    direction,
    color: scale(multiply(tint, green), power * random.between(0.8, 1.2)),
    sky: scale(multiply(skyTint, green), ambient * random.between(0.8, 1.2)),
    horizon: scale(skyTint, ambient * random.between(0.3, 0.8)),
    halfWidth: size * random.between(0.7, 1.6),
    halfHeight: size * (kind === 'tubes' ? 4 : random.between(0.8, 2)),
    hasBars: kind === 'window',
    shadowSoftness: softness * random.between(0.7, 1.4),
    visibility: isHard ? pattern : () => 1,
    panels: Array.from({ length: random.integer(1, 3) }, () => choosePanel(random, ambient)),
    across,
    along: cross(across, direction),
  };
}

function choosePanel(random: Random, ambient: number): Panel {
  const angle = random.between(0, 2 * Math.PI);
  const reach = Math.cos(random.between(0.08, 0.45));
  return { x: Math.cos(angle), y: Math.sin(angle), reach, strength: ambient * random.between(0.6, 2.2) };
}

/** A mirrored line of sight; one is reused for many pixels, so its parts change. */
export interface Ray {
  x: number;
  y: number;
  z: number;
  /** From 0 (mirror) to 1 (brushed): softens the lamp's edge and the horizon. */
  blur: number;
  weight: number;
  /** What is seen downwards. */
  ground: Float32Array;
}

/** Adds what a mirror shows along `ray` to `out`. */
export function addReflection(light: Light, ray: Ray, out: Float32Array): void {
  const { x, y, z, blur, weight, ground } = ray;
  const { direction: toward, across, along } = light;
  const above = smoothstep(-0.06 - blur * 0.5, 0.06 + blur * 0.5, z);
  const height = z > 0 ? Math.sqrt(z) : 0;
  const facing = x * toward[0] + y * toward[1] + z * toward[2];
  let lamp = 0;
  if (facing > 0.05) {
    const edge = 0.03 + blur * 0.9;
    const a = Math.abs(x * across[0] + y * across[1] + z * across[2]) / facing;
    const b = Math.abs(x * along[0] + y * along[1] + z * along[2]) / facing;
    const outside = smoothstep(light.halfWidth - edge, light.halfWidth + edge, a);
    lamp = 1.6 * (1 - outside) * (1 - smoothstep(light.halfHeight - edge, light.halfHeight + edge, b));
    const isBar = light.hasBars && blur < 0.3 && (a < 0.035 || Math.abs(b - light.halfHeight * 0.4) < 0.03);
    if (isBar) lamp *= 0.2;
  }
  const flat = 1 / (Math.sqrt(x * x + y * y) + 1e-6);
  let panel = 0;
  const soft = 0.004 + blur * 0.25;
  for (let i = 0; i < light.panels.length; i++) {
    const { x: px, y: py, reach, strength } = light.panels[i]!;
    panel += strength * smoothstep(reach - soft, reach + soft, (x * px + y * py) * flat);
  }
  panel *= above * (1 - smoothstep(0.5, 0.85, z));
  for (let k = 0; k < 3; k++) {
    const air = light.horizon[k]! * (0.5 + panel) + (light.sky[k]! - light.horizon[k]!) * height;
    out[k]! += weight * (ground[k]! * (1 - above) + air * above + lamp * light.color[k]!);
  }
}
