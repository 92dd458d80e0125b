/** @file Moving an alias by hand: servers that follow it pick the version up by themselves. */
import type { AliasLogEntry } from '@tintype/contracts/registry';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';

export interface Promotion {
  model: string;
  /** A number as text, or another alias. */
  version: string;
  alias: string;
  by: string;
  /** Where the alias must be now for the move to happen (null: nowhere); by default anywhere. */
  expected?: number | null;
}

/** Throws MODEL_NOT_FOUND, MODEL_NONE_YET, VERSION_NOT_FOUND or ALIAS_CONFLICT. */
export async function promoteVersion(
  { catalog, clock }: { catalog: Pick<Catalog, 'registry'>; clock: Clock },
  { model, version, alias, by, expected }: Promotion,
): Promise<AliasLogEntry> {
  const found = await catalog.registry.getVersion(model, version);
  return catalog.registry.moveAlias({
    model,
    alias,
    version: found.version,
    by,
    at: clock.now(),
    ...(expected === undefined ? {} : { expected }),
  });
}
