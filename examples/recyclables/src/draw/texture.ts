/** @file Prints rasterized from SVG: labels, cans' paint and cardboard, as linear light. */
import sharp from 'sharp';
import type { Art } from './mesh.ts';

export interface Texture {
  widthPx: number;
  heightPx: number;
  /** [H, W, 3] linear light */
  pixels: Float32Array;
}

const linearOfByte = Float32Array.from({ length: 256 }, (_, byte) => (byte / 255) ** 2.2);

/** Kept as long as somebody holds the art: the lid of every can, the label of one picture. */
const loaded = new WeakMap<Art, Map<number, Promise<Texture>>>();

/** `detail` is pixels per unit of the art's view box. */
export function loadTexture(art: Art, detail: number): Promise<Texture> {
  const byDetail = loaded.get(art) ?? new Map<number, Promise<Texture>>();
  loaded.set(art, byDetail);
  const texture = byDetail.get(detail) ?? rasterize(art, detail);
  byDetail.set(detail, texture);
  return texture;
}

async function rasterize({ body, width, height }: Art, detail: number): Promise<Texture> {
  const [widthPx, heightPx] = [Math.round(width * detail), Math.round(height * detail)];
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${widthPx}" height="${heightPx}" viewBox="0 0 ${width} ${height}" preserveAspectRatio="none">${body}</svg>`;
  const bytes = await sharp(Buffer.from(svg)).removeAlpha().toColorspace('srgb').raw().toBuffer();
  const pixels = new Float32Array(widthPx * heightPx * 3);
  for (let i = 0; i < pixels.length; i++) pixels[i] = linearOfByte[bytes[i]!]!;
  return { widthPx, heightPx, pixels };
}

/** Multiplies the texture at u, v into `out`; outside of 0 to 1 it repeats the border. */
export function tintByTexture(texture: Texture, u: number, v: number, out: Float32Array): void {
  const { widthPx, heightPx, pixels } = texture;
  const x = Math.min(widthPx - 1.001, Math.max(0, u * widthPx - 0.5));
  const y = Math.min(heightPx - 1.001, Math.max(0, v * heightPx - 0.5));
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const tx = x - x0;
  const ty = y - y0;
  const i = (y0 * widthPx + x0) * 3;
  const below = widthPx * 3;
  for (let k = 0; k < 3; k++) {
    const top = pixels[i + k]! * (1 - tx) + pixels[i + 3 + k]! * tx;
    const bottom = pixels[i + below + k]! * (1 - tx) + pixels[i + below + 3 + k]! * tx;
    out[k]! *= top * (1 - ty) + bottom * ty;
  }
}
