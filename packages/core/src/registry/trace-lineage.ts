/** @file From a version back to the people: its run, the snapshot it learned, who gave the labels of it, who let it answer when. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Lineage } from '@tintype/contracts/evaluation-report';
import type { ModelVersion } from '@tintype/contracts/registry';
import type { Catalog } from '../ports/catalog.ts';

interface Needs {
  catalog: Pick<Catalog, 'registry' | 'runs' | 'snapshots' | 'answers'>;
}

/** What this catalog does not have, as of a version that was imported, is null or empty. */
export async function traceLineage({ catalog }: Needs, version: ModelVersion): Promise<Lineage> {
  const log = await catalog.registry.aliasLog(version.model);
  const snapshot = version.snapshot === null ? null : await orNull(catalog.snapshots.get(version.snapshot));
  return {
    version,
    moves: log.filter((move) => move.version === version.version || move.previous === version.version),
    run: version.run === null ? null : await orNull(catalog.runs.get(version.run)),
    snapshot,
    labelers: snapshot === null ? [] : await catalog.answers.labelers(snapshot.id),
  };
}

/** Rows that were never here are no failure. */
async function orNull<T>(row: Promise<T>): Promise<T | null> {
  try {
    return await row;
  } catch (error) {
    if (error instanceof TintypeError && (error.code === 'RUN_NOT_FOUND' || error.code === 'SNAPSHOT_NOT_FOUND'))
      return null;
    throw error;
  }
}
