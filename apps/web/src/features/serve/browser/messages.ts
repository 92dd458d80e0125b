/** @file What the page and the worker that runs the model say to each other. */
import type { BundleManifest } from '@tintype/contracts/model';

export type ToWorker =
  | { kind: 'open'; graphUrl: string; manifest: BundleManifest }
  | { kind: 'classify'; id: number; file: Blob };

export type FromWorker =
  | { kind: 'loading'; loadedBytes: number; totalBytes: number }
  | { kind: 'opened' }
  | { kind: 'failed'; reason: string }
  | { kind: 'answer'; id: number; probabilities: Record<string, number>; durationMs: number }
  | { kind: 'refused'; id: number; reason: string };
