/** @file Rows of the registry tables as entities. */
import type { AliasLogEntry, ModelVersion } from '@tintype/contracts/registry';
import type { NewVersion } from '@tintype/core/ports/catalog';
import type { Selectable } from 'kysely';
import { fromJson } from './context.ts';
import type { AliasLogTable, ModelVersionTable } from './schema.ts';

export function toModelVersion(row: Selectable<ModelVersionTable>, aliases: string[]): ModelVersion {
  return {
    model: row.model,
    version: row.version,
    bundleHash: row.bundle_hash,
    run: row.run,
    snapshot: row.snapshot,
    classes: fromJson(row.classes),
    backbone: fromJson(row.backbone),
    head: row.head as ModelVersion['head'],
    sizeBytes: row.size_bytes,
    accuracy: row.accuracy,
    accuracyInterval: [row.accuracy_lower, row.accuracy_upper],
    balancedAccuracy: row.balanced_accuracy,
    macroF1: row.macro_f1,
    createdAt: row.created_at,
    aliases,
  };
}

export function fromNewVersion(version: NewVersion, number: number): Selectable<ModelVersionTable> {
  return {
    model: version.model,
    version: number,
    bundle_hash: version.bundleHash,
    run: version.run,
    snapshot: version.snapshot,
    classes: JSON.stringify(version.classes),
    backbone: JSON.stringify(version.backbone),
    head: version.head,
    size_bytes: version.sizeBytes,
    accuracy: version.accuracy,
    accuracy_lower: version.accuracyInterval[0],
    accuracy_upper: version.accuracyInterval[1],
    balanced_accuracy: version.balancedAccuracy,
    macro_f1: version.macroF1,
    created_at: version.createdAt,
  };
}

export function toAliasLogEntry(row: Selectable<AliasLogTable>): AliasLogEntry {
  return {
    model: row.model,
    alias: row.alias,
    version: row.version,
    previous: row.previous,
    by: row.moved_by,
    at: row.at,
  };
}
