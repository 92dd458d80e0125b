/** @file Whether a bundle can be asked what its gates, and those of whoever serves it, judge. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Gate } from '@tintype/contracts/gate';
import type { BundleManifest } from '@tintype/contracts/model';
import { hasNeighbors } from '../bundle.ts';

/** Throws NEIGHBORS_MISSING where a gate compares with training pictures of which the bundle has no index. */
export function assertJudgeable(manifest: Pick<BundleManifest, 'files' | 'model'>, gates: readonly Gate[]): void {
  const compares = gates.some(({ kind }) => kind === 'unknown');
  if (compares && !hasNeighbors(manifest)) throw new TintypeError('NEIGHBORS_MISSING', { model: manifest.model });
}
