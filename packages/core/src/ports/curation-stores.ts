/** @file The part of the catalog's port that people and models add to samples: tags, saved views, predictions, measures. */
import type { MeasureName, Sample, SampleFilter } from '@tintype/contracts/catalog';
import type { SampleMeasures, SamplePrediction, TagCount, View } from '@tintype/contracts/curation';

export interface TagStore {
  /** By name, with how many samples outside the trash have each. */
  list(): Promise<TagCount[]>;
  /** Resolves to the samples that did not have it before. Throws SAMPLE_NOT_FOUND, and then nothing changes. */
  add(sampleIds: readonly string[], tag: string, by: { annotator: string; at: number }): Promise<string[]>;
  /** Resolves to the samples that had it; a tag that nothing has any more is gone. */
  remove(sampleIds: readonly string[], tag: string): Promise<string[]>;
  /** By name. */
  ofSample(sampleId: string): Promise<string[]>;
}

/** A query or a list, by `query` or `sampleIds`. */
export type NewView = Pick<View, 'id' | 'name' | 'createdBy' | 'createdAt'> &
  ({ query: SampleFilter } | { sampleIds: readonly string[] });

export interface ViewStore {
  /** Also forgets those without a name that are older than a week. Throws VIEW_EXISTS, SAMPLE_NOT_FOUND. */
  create(view: NewView): Promise<View>;
  /** Those with a name, by name. */
  list(): Promise<View[]>;
  /** Throws VIEW_NOT_FOUND. */
  get(viewId: string): Promise<View>;
  /** One whose name is taken away (null) is kept for a week more, so that it can be given back. Throws VIEW_NOT_FOUND, VIEW_EXISTS. */
  rename(viewId: string, name: string | null, at: number): Promise<View>;
}

export interface SamplePredictionStore {
  /** What a version answered for a sample before is replaced. */
  record(predictions: readonly SamplePrediction[]): Promise<void>;
  /** Of samples outside the trash, in sample-id order, without holding them all. */
  list(query: { model: string; version: number; dataset?: string }): AsyncIterable<SamplePrediction>;
  /** Newest version first. */
  ofSample(sampleId: string): Promise<SamplePrediction[]>;
}

/** Measures that are not named keep what they have; null takes one away. */
export type MeasureRow = { sampleId: string } & Partial<Record<MeasureName, number | null>>;

export interface MeasureStore {
  record(rows: readonly MeasureRow[]): Promise<void>;
  /** Of samples outside the trash, in sample-id order, without holding them all. */
  list(query: { dataset?: string }): AsyncIterable<SampleMeasures>;
  /** Samples outside the trash that have no value of this measure, in id order. */
  missing(query: { dataset?: string; measure: MeasureName }): AsyncIterable<Sample>;
  find(sampleId: string): Promise<SampleMeasures | undefined>;
}
