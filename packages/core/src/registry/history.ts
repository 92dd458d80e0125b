/** @file What was live at a moment, from the append-only alias log. */
import type { ModelVersion } from '@tintype/contracts/registry';
import type { Catalog } from '../ports/catalog.ts';

/** Undefined where the alias stood nowhere then. Throws MODEL_NOT_FOUND or MODEL_NONE_YET. */
export async function findLiveAt(
  { catalog }: { catalog: Pick<Catalog, 'registry'> },
  { model, alias, at }: { model: string; alias: string; at: number },
): Promise<ModelVersion | undefined> {
  await catalog.registry.get(model);
  const version = await catalog.registry.findAliasAt(model, alias, at);
  return version === undefined ? undefined : catalog.registry.getVersion(model, String(version));
}
