/** @file Rows of the registry tables as entities. What an imported version lacks is an empty text or a zero there, and null here. */
import type { AliasLogEntry, ModelVersion } from '@tintype/contracts/registry';
import type { NewVersion } from '@tintype/core/ports/catalog';
import type { Selectable } from 'kysely';
import { fromJson } from './context.ts';
import type { AliasLogTable, ModelVersionTable } from './schema.ts';

export function toModelVersion(row: Selectable<ModelVersionTable>, aliases: string[]): ModelVersion {
  const isMeasured = row.is_measured === 1;
  return {
    model: row.model,
    version: row.version,
    bundleHash: row.bundle_hash,
    run: row.run || null,
    snapshot: row.snapshot || null,
    classes: fromJson(row.classes),
    backbone: fromJson(row.backbone),
    head: row.head as ModelVersion['head'],
    sizeBytes: row.size_bytes,
    accuracy: isMeasured ? row.accuracy : null,
    accuracyInterval: isMeasured ? [row.accuracy_lower, row.accuracy_upper] : null,
    balancedAccuracy: isMeasured ? row.balanced_accuracy : null,
    macroF1: isMeasured ? row.macro_f1 : null,
    createdAt: row.created_at,
    aliases,
  };
}

export function fromNewVersion(version: NewVersion, number: number): Selectable<ModelVersionTable> {
  return {
    model: version.model,
    version: number,
    bundle_hash: version.bundleHash,
    run: version.run ?? '',
    snapshot: version.snapshot ?? '',
    classes: JSON.stringify(version.classes),
    backbone: JSON.stringify(version.backbone),
    head: version.head,
    size_bytes: version.sizeBytes,
    accuracy: version.accuracy ?? 0,
    accuracy_lower: version.accuracyInterval?.[0] ?? 0,
    accuracy_upper: version.accuracyInterval?.[1] ?? 0,
    balanced_accuracy: version.balancedAccuracy ?? 0,
    macro_f1: version.macroF1 ?? 0,
    created_at: version.createdAt,
    is_measured: version.accuracy === null ? 0 : 1,
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
