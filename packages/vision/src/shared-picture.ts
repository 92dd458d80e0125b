/** @file A picture that several things look at: decoded once where that gives every one of them the pixels it would have made itself. */
import type { PictureLimits } from '@tintype/contracts/picture';
import type { Sharp } from 'sharp';
import { decodeImage, decodeThrough, type Image, toImage } from './decode-image.ts';
import { readPlainJpegSize } from './plain-size.ts';
import { openPixels } from './sharp.ts';

/** What a pipeline scales a picture to. */
export interface Target {
  widthPx: number;
  heightPx: number;
  /** How many times larger a JPEG may be before libvips lets the decoder shrink it: 4 without sharp's fast shrink on load, 2 with it. */
  shrinksFrom: 2 | 4;
}

export class SharedPicture {
  readonly bytes: Uint8Array;
  readonly limits: Partial<PictureLimits> | undefined;
  readonly #plain: { widthPx: number; heightPx: number } | undefined;
  #image: Promise<Image> | undefined;

  constructor(bytes: Uint8Array, limits?: Partial<PictureLimits>) {
    this.bytes = bytes;
    this.limits = limits;
    this.#plain = readPlainJpegSize(bytes);
  }

  /** As `decodeThrough`, from pixels that are decoded already where the decoder would not shrink them for this target. */
  async through(shape: (picture: Sharp) => Sharp, target: Target): Promise<Image> {
    if (!this.#plain || mayShrinkOnLoad(this.#plain, target)) return decodeThrough(this.bytes, this.limits, shape);
    this.#image ??= decodeImage(this.bytes, this.limits ? { limits: this.limits } : {});
    return toImage(shape(openPixels(await this.#image)));
  }
}

const mayShrinkOnLoad = (size: { widthPx: number; heightPx: number }, target: Target): boolean =>
  Math.max(size.widthPx / target.widthPx, size.heightPx / target.heightPx) >= target.shrinksFrom;
