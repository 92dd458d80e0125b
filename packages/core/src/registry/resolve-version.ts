/** @file Which version a person means: `NAME`, `NAME@3`, `NAME@alias`, or nothing at all. */
import { TintypeError } from '@tintype/contracts/errors';
import { championAlias, type ModelVersion, parseModelReference } from '@tintype/contracts/registry';
import type { Catalog } from '../ports/catalog.ts';

/** Without a reference the champion promoted last. Throws MODEL_NONE_YET, MODEL_NOT_FOUND or VERSION_NOT_FOUND. */
export async function resolveVersion(
  needs: { catalog: Pick<Catalog, 'registry'> },
  reference?: string,
): Promise<ModelVersion> {
  const { registry } = needs.catalog;
  if (reference !== undefined) {
    const { model, version } = parseModelReference(reference);
    return registry.getVersion(model, version);
  }
  const champion = await registry.findLatestAliased(championAlias);
  if (!champion) throw new TintypeError('MODEL_NONE_YET', {});
  return champion;
}
