/** @file Object detectors: how a model file is asked, how its answer is read, and the boxes it gives. */
import { z } from 'zod';
import { preprocessingSchema } from './preprocessing.ts';

/** Families by the shape of their answer; the table in core says how each is read. */
export const detectorKinds = ['yolox', 'detr', 'd-fine', 'ultraface'] as const;
export type DetectorKind = (typeof detectorKinds)[number];

export const detectorSchema = z.object({
  kind: z.enum(detectorKinds),
  /** As people name it: a file name or `hub:ORG/REPO@REVISION`. */
  name: z.string(),
  /** SHA-256 of the ONNX file. */
  hash: z.string(),
  preprocessing: preprocessingSchema,
  /**
   * Scales the shorter side to `shortestPx`, the longer to at most `longestPx`, keeping the aspect ratio; takes the place of
   * `preprocessing`'s fixed size where the detector was trained so (DETR).
   */
  flexibleSize: z.object({ shortestPx: z.int().min(1), longestPx: z.int().min(1) }).optional(),
  /** By index in the model's answer; a detector of one thing has one. */
  classNames: z.array(z.string()).min(1),
  /** Boxes below this score, 0 to 1, are not given. */
  threshold: z.number().min(0).max(1),
  /** Of two boxes of one class that overlap by more (intersection over union), the weaker goes; 1 keeps all. */
  overlap: z.number().min(0).max(1),
});
export type Detector = z.infer<typeof detectorSchema>;

/** Corners as shares of the picture's width and height, 0 to 1, left top to right bottom. */
export const detectionSchema = z.object({
  className: z.string(),
  /** 0 to 1. */
  score: z.number(),
  box: z.object({ left: z.number(), top: z.number(), right: z.number(), bottom: z.number() }),
});
export type Detection = z.infer<typeof detectionSchema>;
