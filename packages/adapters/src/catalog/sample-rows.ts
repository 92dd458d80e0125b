/** @file Rows of the sample tables as entities. */
import type { DataIssue, DataIssueKind, ListedSample, Sample } from '@tintype/contracts/catalog';
import type { Split } from '@tintype/contracts/ids';
import type { LabelEvent, LabelSource } from '@tintype/contracts/label';
import type { PictureFormat } from '@tintype/contracts/picture';
import type { Selectable } from 'kysely';
import type { DataIssueTable, LabelEventTable, SampleTable } from './schema.ts';

export function toSample(row: Selectable<SampleTable>): Sample {
  return {
    id: row.id,
    dataset: row.dataset,
    contentHash: row.content_hash,
    path: row.path,
    format: row.format as PictureFormat,
    widthPx: row.width_px,
    heightPx: row.height_px,
    sizeBytes: row.size_bytes,
    perceptualHash: row.perceptual_hash,
    className: row.class_name,
    group: row.group_name,
    createdAt: row.created_at,
    removedAt: row.removed_at,
  };
}

export function toListedSample(row: Selectable<SampleTable>): ListedSample {
  return {
    ...toSample(row),
    split: row.split as Split | null,
    annotator: row.labeled_by,
    labelSource: row.label_source as LabelSource | null,
    labeledAt: row.labeled_at,
  };
}

export function toLabelEvent(row: Selectable<LabelEventTable>): LabelEvent {
  return {
    id: row.id,
    sampleId: row.sample_id,
    className: row.class_name,
    annotator: row.annotator,
    source: row.source as LabelSource,
    at: row.at,
  };
}

export function fromLabelEvent(event: LabelEvent): Omit<Selectable<LabelEventTable>, 'sequence'> {
  return {
    id: event.id,
    sample_id: event.sampleId,
    class_name: event.className,
    annotator: event.annotator,
    source: event.source,
    at: event.at,
  };
}

export function toDataIssue(row: Selectable<DataIssueTable>): DataIssue {
  return {
    id: row.id,
    dataset: row.dataset,
    kind: row.kind as DataIssueKind,
    sampleId: row.sample_id,
    path: row.path,
    code: row.code,
    detail: row.detail,
    score: row.score,
    at: row.at,
  };
}

export function fromDataIssue(issue: DataIssue): Selectable<DataIssueTable> {
  return {
    id: issue.id,
    dataset: issue.dataset,
    kind: issue.kind,
    sample_id: issue.sampleId,
    path: issue.path,
    code: issue.code,
    detail: issue.detail,
    score: issue.score,
    at: issue.at,
  };
}
