/** @file What exporting a dataset needs and is asked, and what the writer of a format is. */
import type { Sample } from '@tintype/contracts/catalog';
import type { LabelEvent } from '@tintype/contracts/label';
import type { ExportFormat, ExportOptions, ExportReport } from '@tintype/contracts/label-exchange';
import type { PictureLimits } from '@tintype/contracts/picture';
import type { PictureTasks } from '../../model/picture-tasks.types.ts';
import type { WriteFile } from '../../model/write-folder.ts';
import type { Catalog } from '../../ports/catalog.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { TaskPool } from '../../ports/task-pool.ts';

export interface ExportNeeds {
  catalog: Catalog;
  store: Pick<ObjectStore, 'get'>;
  /** Decodes pictures for npy and npz. */
  pool: Pick<TaskPool<PictureTasks>, 'run'>;
}

export interface ExportRequest extends ExportOptions {
  limits: PictureLimits;
  onProgress?: (done: number, total: number) => void;
  signal?: AbortSignal;
}

/** A labeled picture, and who said what of it. */
export interface ExportedSample {
  sample: Sample & { className: string };
  split: string | null;
  /** Who gave the label, when, from where. */
  label: LabelEvent;
  /** What others said of it: the last of each. */
  opinions: readonly LabelEvent[];
}

export interface WriterContext {
  needs: ExportNeeds;
  request: ExportRequest & { pictures: boolean; sizePx: number };
  write: WriteFile;
  report: ExportReport;
}

/** Takes pictures one by one, and holds little of them. */
export interface ExportWriter {
  add(one: ExportedSample): Promise<void>;
  end(): Promise<void>;
}

export type ExportWriters = Readonly<Record<ExportFormat, (context: WriterContext) => ExportWriter>>;
