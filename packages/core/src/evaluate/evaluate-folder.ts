/** @file A registered version on a folder or archive of labeled pictures that need not be in the catalog. */
import { TintypeError } from '@tintype/contracts/errors';
import type { Evaluation } from '@tintype/contracts/evaluate';
import type { LabelRule, Rejection } from '@tintype/contracts/ingest';
import type { ModelVersion } from '@tintype/contracts/registry';
import { labelFromPath } from '../ingest/label-from-path.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { Clock } from '../ports/clock.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { OpenPictureSource, PictureSource } from '../ports/picture-source.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { type ClassifyOptions, classifyPictures, type LabeledPicture } from './classify-pictures.ts';

export interface EvaluateFolderNeeds {
  catalog: Pick<Catalog, 'evaluations'>;
  store: ObjectStore;
  pool: TaskPool<PictureTasks>;
  clock: Clock;
  openSource: OpenPictureSource;
}

/**
 * Stored when it returns. Files that cannot be read or decoded, and files whose path states no class of the model, are rows of
 * `rejected`. Throws SOURCE_NOT_FOUND, SOURCE_EMPTY where nothing could be answered for, BUNDLE_CORRUPT, CANCELLED.
 */
export async function evaluateFolder(
  needs: EvaluateFolderNeeds,
  version: ModelVersion,
  options: ClassifyOptions & { folder: string; labels?: LabelRule },
): Promise<Evaluation> {
  const { folder, labels = 'folder', limits } = options;
  const source = await needs.openSource(folder, { bytes: limits.bytes });
  const rejected: Rejection[] = [];
  const pictures = labelPictures(source, { labels, classes: version.classes, rejected });
  const answered = await classifyPictures(needs, version, { ...options, on: source.location, pictures });
  if (answered.samples === 0) throw nothingAnswered(folder, [...rejected, ...(answered.rejected ?? [])], version);

  const all = [...(answered.rejected ?? []), ...rejected].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  const evaluation: Evaluation = { ...answered, ...(all.length > 0 ? { rejected: all } : {}) };
  await needs.catalog.evaluations.record(evaluation);
  return evaluation;
}

interface Labeling {
  labels: LabelRule;
  classes: readonly string[];
  rejected: Rejection[];
}

async function* labelPictures(
  source: PictureSource,
  { labels, classes, rejected }: Labeling,
): AsyncGenerator<LabeledPicture> {
  for await (const file of source.files()) {
    const className = labelFromPath(file.path, labels);
    if (className !== null && classes.includes(className)) {
      yield { name: file.path, className, read: () => file.read() };
      continue;
    }
    const unknown = new TintypeError('CLASS_NOT_FOUND', { className: className ?? '', known: classes });
    rejected.push({ path: file.path, code: unknown.code, detail: unknown.message });
  }
}

/** One reason for a whole folder is better said as itself. */
function nothingAnswered(folder: string, rejected: readonly Rejection[], { classes }: ModelVersion): TintypeError {
  const [first] = rejected;
  if (first?.code !== 'CLASS_NOT_FOUND') return new TintypeError('SOURCE_EMPTY', { source: folder });
  return new TintypeError('USAGE_INVALID', {
    problem: `No picture of ${folder} states a class of the model (${classes.join(', ')}); ${first.path} states none of them.`,
  });
}
