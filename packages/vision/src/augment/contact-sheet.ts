/** @file A batch as a person can look at it: its pictures as they are trained on, with their classes below them. */
import type { Preprocessing } from '@tintype/contracts/preprocessing';
import type { Image } from '../decode-image.ts';
import { encodeJpeg, renderText, type TextMask } from '../sharp.ts';
import { ontoBox } from './affine.ts';
import { resample } from './resample.ts';

export interface SheetBatch {
  /** [count, 3, heightPx, widthPx] float32, normalized. */
  x: Float32Array;
  /** [count, classes.length] float32. */
  targets: Float32Array;
}

export interface SheetOptions {
  /** The model's: size and normalization of the batch. */
  preprocessing: Preprocessing;
  classes: readonly string[];
  /** A line above the pictures. */
  title?: string;
  /** Pictures shown at most; default 32. */
  most?: number;
}

/** Small pictures are enlarged to this side, so that one sees them. */
const tilePx = 128;
const gapPx = 10;
const captionPx = 12;
const linePx = 16;
const titlePx = 15;
const titleRoomPx = 30;
const paper = 246;
const ink = 34;
/** Captions are cut at about the width of their picture. */
const characterPx = 6.5;

/** JPEG. Mixed pictures name their two classes with their shares. Names are missing where the system has no font. */
export async function renderContactSheet(batch: SheetBatch, options: SheetOptions): Promise<Uint8Array> {
  const { classes, title, most = 32 } = options;
  const pictures = readPictures(batch, options.preprocessing).slice(0, most);
  const columns = Math.max(1, Math.ceil(Math.sqrt(pictures.length * 1.6)));
  const tile = sizeOfTile(options.preprocessing);
  const captions = pictures.map((_, n) => describeTarget(rowOf(batch.targets, n, classes.length), classes));
  const lines = captions.reduce((most, caption) => Math.max(most, caption.length), 1);
  const [stepX, stepY] = [tile.widthPx + gapPx, tile.heightPx + lines * linePx + gapPx];
  const top = gapPx + (title === undefined ? 0 : titleRoomPx);
  const rows = Math.ceil(pictures.length / columns);
  const sheet = blankPaper(gapPx + columns * stepX, top + rows * stepY);
  const text = createTextCache();

  if (title !== undefined) drawText(sheet, await text(title, titlePx), { left: gapPx, top: gapPx });
  for (const [n, picture] of pictures.entries()) {
    const [left, above] = [gapPx + (n % columns) * stepX, top + Math.floor(n / columns) * stepY];
    drawPicture(sheet, enlarge(picture, tile), { left, top: above });
    for (const [line, words] of (captions[n] ?? []).entries()) {
      const mask = await text(shorten(words, tile.widthPx / characterPx), captionPx);
      drawText(sheet, mask, { left, top: above + tile.heightPx + 3 + line * linePx });
    }
  }
  return encodeJpeg(sheet, 90);
}

/** Back to bytes, RGB. */
function readPictures({ x }: SheetBatch, { widthPx, heightPx, mean, std, channelOrder }: Preprocessing): Image[] {
  const plane = widthPx * heightPx;
  const count = Math.floor(x.length / (3 * plane));
  return Array.from({ length: count }, (_, n) => {
    const data = new Uint8ClampedArray(3 * plane);
    for (let c = 0; c < 3; c += 1) {
      const channel = channelOrder === 'BGR' ? 2 - c : c;
      const from = (3 * n + channel) * plane;
      const [scale, shift] = [255 * (std[channel] as number), 255 * (mean[channel] as number)];
      for (let i = 0; i < plane; i += 1) data[3 * i + c] = (x[from + i] as number) * scale + shift;
    }
    return { data: new Uint8Array(data.buffer), widthPx, heightPx };
  });
}

function sizeOfTile({ widthPx, heightPx }: Preprocessing): { widthPx: number; heightPx: number } {
  const factor = Math.max(1, tilePx / Math.min(widthPx, heightPx));
  return { widthPx: Math.round(factor * widthPx), heightPx: Math.round(factor * heightPx) };
}

function enlarge(picture: Image, size: { widthPx: number; heightPx: number }): Image {
  const enlarged: Image = { ...size, data: new Uint8Array(3 * size.widthPx * size.heightPx) };
  const whole = { left: 0, top: 0, widthPx: picture.widthPx, heightPx: picture.heightPx };
  resample(picture, ontoBox(size, whole), enlarged);
  return enlarged;
}

/** `glass`, or the two classes that are seen most: `glass 70 %`, `paper 30 %`. */
export function describeTarget(row: Float32Array, classes: readonly string[]): string[] {
  const shares = Array.from(row, (share, k) => ({ share, name: classes[k] ?? '' }));
  const seen = shares.filter(({ share }) => share >= 0.005).toSorted((a, b) => b.share - a.share);
  if (seen.length === 1) return seen.map(({ name }) => name);
  return seen.slice(0, 2).map(({ share, name }) => `${name} ${Math.round(100 * share)} %`);
}

const rowOf = (rows: Float32Array, n: number, length: number): Float32Array =>
  rows.subarray(n * length, (n + 1) * length);

const shorten = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, Math.max(1, Math.floor(most) - 1))}…`;

type TextCache = (text: string, sizePx: number) => Promise<TextMask | undefined>;

/** Most captions come many times. */
function createTextCache(): TextCache {
  const known = new Map<string, Promise<TextMask | undefined>>();
  return (text, sizePx) => {
    const key = `${sizePx} ${text}`;
    const mask = known.get(key) ?? renderText(text, sizePx);
    known.set(key, mask);
    return mask;
  };
}

const blankPaper = (widthPx: number, heightPx: number): Image => ({
  data: new Uint8Array(3 * widthPx * heightPx).fill(paper),
  widthPx,
  heightPx,
});

interface Place {
  left: number;
  top: number;
}

function drawPicture(sheet: Image, picture: Image, { left, top }: Place): void {
  const length = 3 * picture.widthPx;
  for (let y = 0; y < picture.heightPx; y += 1)
    sheet.data.set(picture.data.subarray(y * length, (y + 1) * length), 3 * ((top + y) * sheet.widthPx + left));
}

/** What does not fit on the sheet is left away. */
function drawText(sheet: Image, mask: TextMask | undefined, { left, top }: Place): void {
  if (!mask) return;
  const right = Math.min(mask.widthPx, sheet.widthPx - left);
  const bottom = Math.min(mask.heightPx, sheet.heightPx - top);
  for (let y = 0; y < bottom; y += 1)
    for (let x = 0; x < right; x += 1) {
      const share = (mask.data[y * mask.widthPx + x] as number) / 255;
      const at = 3 * ((top + y) * sheet.widthPx + left + x);
      sheet.data.fill(Math.round(paper + share * (ink - paper)), at, at + 3);
    }
}
