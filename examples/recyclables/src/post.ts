/** @file From linear light to a photograph's bytes: exposure, white balance, vignette, blur, sensor noise, JPEG. */
import sharp from 'sharp';
import type { Frame } from './draw/frame.ts';
import type { Random } from './random.ts';
import type { Photographer } from './scene/photographer.ts';
import type { Rgb } from './vector.ts';
import { clamp } from './vector.ts';

export interface Development {
  /** Mean brightness aimed at, in linear light. */
  exposure: number;
  cast: Rgb;
  contrast: number;
  vignette: number;
  /** Standard deviation of blur, as a share of the width; 0 is sharp. */
  defocus: number;
  /** Length of a camera shake, as a share of the width, and its angle. */
  shake: number;
  shakeAngle: number;
  /** Standard deviation of the sensor's noise in bytes at middle grey. */
  noise: number;
  quality: number;
}

export function chooseDevelopment(random: Random, photographer: Photographer): Development {
  const isShaken = random.chance(photographer.shaken);
  return {
    exposure: random.between(0.2, 0.55),
    cast: [random.normal(1, 0.05), 1, random.normal(1, 0.06)],
    contrast: random.between(1.08, 1.4),
    vignette: random.chance(0.5) ? random.between(0.1, 0.5) : 0,
    defocus: random.chance(photographer.defocused) ? random.between(0.002, 0.011) : 0,
    shake: isShaken ? random.between(0.012, 0.035) : 0,
    shakeAngle: random.between(0, Math.PI),
    noise: random.chance(photographer.noisy) ? random.between(3, 9) : random.between(0.5, 2.5),
    quality: random.integer(62, 94),
  };
}

export interface Output {
  widthPx: number;
  heightPx: number;
  random: Random;
}

export async function developJpeg(frame: Frame, development: Development, output: Output): Promise<Uint8Array> {
  const { widthPx, heightPx, random } = output;
  const raw = { raw: { width: frame.widthPx, height: frame.heightPx, channels: 3 } } as const;
  let bytes: Uint8Array = expose(frame, development);
  const defocus = development.defocus * frame.widthPx;
  const shake = shakeKernel(development, frame.widthPx);
  if (defocus > 0.3 || shake) {
    const lens = sharp(bytes, raw);
    if (defocus > 0.3) lens.blur(defocus);
    if (shake) lens.convolve(shake);
    bytes = await lens.raw().toBuffer();
  }
  addSensorNoise(bytes, development.noise * (frame.widthPx / widthPx), random);
  const picture = sharp(bytes, raw).resize(widthPx, heightPx, { fit: 'fill', kernel: 'mitchell' });
  return picture.jpeg({ quality: development.quality }).toBuffer();
}

const curveSize = 4096;
/** Linear light that the curve still tells apart. */
const brightest = 4;

/** Filmic: linear in the shadows, rolled off in the lights. */
function toneCurve(contrast: number): Uint8Array {
  return Uint8Array.from({ length: curveSize + 1 }, (_, i) => {
    const x = (i / curveSize) * brightest;
    const rolled = (x * (1 + x / 9)) / (1 + x * 0.75);
    const gamma = Math.min(1, rolled) ** (1 / 2.2);
    return Math.round(255 * Math.min(1, Math.max(0, 0.5 + (gamma - 0.5) * contrast)));
  });
}

function expose(frame: Frame, development: Development): Uint8Array {
  const { pixels, widthPx, heightPx } = frame;
  let sum = 0;
  for (let i = 0; i < pixels.length; i += 3)
    sum += Math.min(1.5, 0.3 * pixels[i]! + 0.6 * pixels[i + 1]! + 0.1 * pixels[i + 2]!);
  const gain = development.exposure / Math.max(0.02, sum / (pixels.length / 3));
  const curve = toneCurve(development.contrast);
  const [red, green, blue] = development.cast.map((c) => (c * gain * curveSize) / brightest) as [
    number,
    number,
    number,
  ];
  const bytes = new Uint8Array(pixels.length);
  for (let y = 0, i = 0; y < heightPx; y++) {
    const down = y / heightPx - 0.5;
    for (let x = 0; x < widthPx; x++, i += 3) {
      const across = x / widthPx - 0.5;
      const shade = 1 - development.vignette * 2 * (down * down + across * across);
      bytes[i] = curve[Math.min(curveSize, pixels[i]! * red * shade) | 0]!;
      bytes[i + 1] = curve[Math.min(curveSize, pixels[i + 1]! * green * shade) | 0]!;
      bytes[i + 2] = curve[Math.min(curveSize, pixels[i + 2]! * blue * shade) | 0]!;
    }
  }
  return bytes;
}

function shakeKernel(
  development: Development,
  widthPx: number,
): { width: number; height: number; kernel: number[] } | undefined {
  const radius = Math.round((development.shake * widthPx) / 2);
  if (radius < 1) return undefined;
  const width = 2 * radius + 1;
  const kernel = Array.from({ length: width * width }, () => 0);
  const [c, s] = [Math.cos(development.shakeAngle), Math.sin(development.shakeAngle)];
  for (let t = -radius; t <= radius; t += 0.5) {
    const index = (Math.round(s * t) + radius) * width + Math.round(c * t) + radius;
    kernel[index] = (kernel[index] ?? 0) + 1;
  }
  return { width, height: width, kernel };
}

/** Shot noise grows with brightness; each pixel has its own grey part and smaller red and blue parts. */
function addSensorNoise(bytes: Uint8Array, deviation: number, random: Random): void {
  const deviates = Float32Array.from({ length: 1024 }, () => random.normal(0, deviation));
  let state = random.integer(1, 0x7fffffff);
  for (let i = 0; i < bytes.length; i += 3) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    const grey = deviates[state & 1023]! * (0.5 + bytes[i + 1]! / 255);
    const red = deviates[(state >>> 10) & 1023]! * 0.6;
    const blue = deviates[(state >>> 20) & 1023]! * 0.6;
    bytes[i] = clamp(bytes[i]! + grey + red + 0.5, 0, 255);
    bytes[i + 1] = clamp(bytes[i + 1]! + grey - (red + blue) / 2 + 0.5, 0, 255);
    bytes[i + 2] = clamp(bytes[i + 2]! + grey + blue + 0.5, 0, 255);
  }
}
