/** @file How a picture's bytes become a model's input: decided in training, carried in the bundle, used by every door. */
import { z } from 'zod';

/** How the picture is fitted to the model's size. */
export const resizeModes = ['squash', 'crop', 'letterbox'] as const;

/**
 * Decode (orientation applied, sRGB, alpha over white, first frame) -> fit to `[heightPx, widthPx]` -> channel order ->
 * `(value / 255 - mean) / std` per channel -> float32 `[3, heightPx, widthPx]`.
 */
export const preprocessingSchema = z.object({
  widthPx: z.int().min(1).max(4096),
  heightPx: z.int().min(1).max(4096),
  /**
   * `squash` ignores the aspect ratio. `crop` scales the shorter side to size / `cropFraction` and cuts the center (timm's
   * crop_pct). `letterbox` fits the whole picture and pads with mid grey (114).
   */
  resize: z.enum(resizeModes).default('squash'),
  cropFraction: z.number().gt(0).max(1).default(1),
  /** sharp's kernel names; `cubic` is Catmull-Rom, `linear` is what torchvision calls bilinear with antialias. */
  interpolation: z.enum(['nearest', 'linear', 'cubic', 'lanczos3']).default('linear'),
  channelOrder: z.enum(['RGB', 'BGR']).default('RGB'),
  /** Per channel, in units of 0 to 1, in `channelOrder`. */
  mean: z.tuple([z.number(), z.number(), z.number()]).default([0.5, 0.5, 0.5]),
  std: z.tuple([z.number().gt(0), z.number().gt(0), z.number().gt(0)]).default([0.5, 0.5, 0.5]),
});

export type Preprocessing = z.infer<typeof preprocessingSchema>;
