/** @file What a child is asked that makes a light model: the graph of a bundle is read, watched and rewritten there alone. */
import type { Range } from '@tintype/autograd/onnx/quantize/affine';
import type { Int8Method } from '@tintype/autograd/onnx/quantize/choose-method';
import type { Spread } from '@tintype/autograd/onnx/quantize/ranges';

/** A bundle on this machine. */
export interface BundleFolder {
  folder: string;
  bundleHash: string;
}

/** Pixels as the bundle's preprocessing fits them, `[heightPx, widthPx, 3]` each. */
export interface WatchRequest extends BundleFolder {
  pixels: Uint8Array[];
}

/** By tensor. */
export type Ranges = Record<string, Range>;
export type Spreads = Record<string, Spread>;

export type RewriteMethod = { method: 'int8-static'; spreads: Spreads } | { method: 'int8-dynamic' | 'fp16' };

/** Failures are TintypeErrors: BUNDLE_CORRUPT, or LIGHT_UNSUPPORTED with the reason. */
export type LightTasks = {
  chooseInt8: { input: BundleFolder; output: Int8Method };
  /** Of every tensor that is going to be in 8 bits. */
  measureRanges: { input: WatchRequest; output: Ranges };
  /** How their numbers are spread over these ranges. */
  measureSpreads: { input: WatchRequest & { ranges: Ranges }; output: Spreads };
  /** The graph. */
  rewrite: { input: BundleFolder & RewriteMethod; output: Uint8Array };
  /** A vision transformer in Hugging Face's layout as the graph of a bundle. */
  readHuggingFace: { input: { folder: string; sizePx: number }; output: Uint8Array };
};
