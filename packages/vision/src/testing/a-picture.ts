/** @file Pictures for tests, painted from a seed: nothing is read from disk and every run sees the same ones. */
import sharp, { type Sharp } from 'sharp';

export interface PaintedPicture {
  seed?: number;
  widthPx?: number;
  heightPx?: number;
}

/** [heightPx, widthPx, 3] RGB: a few smooth waves per channel, other ones for every seed. */
export function paintPixels({ seed = 1, widthPx = 96, heightPx = 64 }: PaintedPicture = {}): Uint8Array {
  const random = mulberry32(seed);
  const waves = Array.from({ length: 3 }, () =>
    Array.from({ length: 5 }, () => ({
      across: (random() - 0.5) * 8,
      down: (random() - 0.5) * 8,
      phase: random() * 2 * Math.PI,
    })),
  );
  const pixels = new Uint8Array(widthPx * heightPx * 3);
  for (let i = 0; i < pixels.length; i += 1) {
    const x = (Math.floor(i / 3) % widthPx) / widthPx;
    const y = Math.floor(i / 3 / widthPx) / heightPx;
    const angles = (waves[i % 3] ?? []).map((wave) => 2 * Math.PI * (wave.across * x + wave.down * y) + wave.phase);
    pixels[i] = Math.round(128 + 25 * angles.reduce((sum, angle) => sum + Math.sin(angle), 0));
  }
  return pixels;
}

/** A sharp pipeline over the painted pixels; end it with the format that the test needs. */
export function aPicture({ seed = 1, widthPx = 96, heightPx = 64 }: PaintedPicture = {}): Sharp {
  const raw = { width: widthPx, height: heightPx, channels: 3 } as const;
  return sharp(paintPixels({ seed, widthPx, heightPx }), { raw });
}

/** Numbers from 0 to 1 (Tommy Ettinger's mulberry32). */
export function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
