/** @file Brings labels in from other tools: pictures that come along are taken in first, then every label finds its picture, then all are recorded. */
import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import { classNameSchema } from '@tintype/contracts/ids';
import type { IngestProgress, IngestReport } from '@tintype/contracts/ingest';
import type { LabelEvent } from '@tintype/contracts/label';
import {
  type ImportFormat,
  type ImportOptions,
  type ImportReport,
  importFormats,
  importOptionsSchema,
} from '@tintype/contracts/label-exchange';
import { hashBytes } from '../../ingest/ingest-file.ts';
import { ingestPictures } from '../../ingest/ingest-pictures.ts';
import type { IngestNeeds, IngestRequest } from '../../ingest/ingest-pictures.types.ts';
import { sampleIdOf } from '../../ingest/sample-id.ts';
import type { Catalog } from '../../ports/catalog.ts';
import { crashPoint } from '../../ports/crash-point.ts';
import type { OpenPictureSource, PictureSource } from '../../ports/picture-source.ts';
import { isSamplesZip, labelFormats } from './label-formats.ts';
import type { ReadFile, WrittenLabel, WrittenLabels } from './labels.types.ts';
import { PictureIndex } from './picture-index.ts';

export interface ImportNeeds extends Omit<IngestNeeds, 'catalog'> {
  catalog: Pick<Catalog, 'samples'>;
  /** Opens the same sources, but gives the files in which labels are written. */
  openLabelFiles: OpenPictureSource;
}

export interface ImportRequest extends ImportOptions {
  limits: IngestRequest['limits'];
  onProgress?: (progress: IngestProgress) => void;
  signal?: AbortSignal;
}

/** Of a file in which labels are written. */
const mostLabelBytes = 2 ** 30;
const shownReasons = 100;
const eventsPerWrite = 1000;

/**
 * Idempotent: the same labels imported again change nothing, also where somebody has labeled a picture anew since; labels that differ in
 * anything are another import. Throws SOURCE_NOT_FOUND, LABELS_UNREADABLE where no format fits, and what ingesting throws.
 */
export async function importLabels(needs: ImportNeeds, request: ImportRequest): Promise<ImportReport> {
  const options = importOptionsSchema.parse(request);
  const { dataset } = options;
  const source = await needs.openLabelFiles(options.source, { bytes: mostLabelBytes });
  const isOneFile = await isSingleFile(source, options.source);
  const found = await readWritten({ source, name: basename(options.source), isOneFile, format: options.format });

  const pictures = options.pictures ?? (isOneFile ? undefined : options.source);
  const ingest = pictures === undefined ? null : await takeIn(needs, { ...request, pictures, dataset });
  const written = found.written ?? (await readPaths(needs, { pictures, format: found.format, request }));
  const targets = await matchAll(needs, { labels: written.labels, dataset, pictures: ingest && pictures, request });
  const counted = await record(needs, {
    targets: targets.matched,
    annotator: options.annotator,
    batch: digestOf(written.labels),
  });
  const skipped = [...written.skipped, ...targets.skipped];
  return {
    dataset,
    format: found.format,
    read: written.labels.length + written.skipped.length,
    ...counted,
    skipped: skipped.length,
    reasons: skipped.slice(0, shownReasons),
    ingest,
  };
}

/** A file itself, and neither a folder nor an archive. */
async function isSingleFile(source: PictureSource, path: string): Promise<boolean> {
  const paths: string[] = [];
  for await (const file of source.files()) if (paths.push(file.path) > 1) return false;
  return paths[0] === basename(path);
}

interface Opened {
  source: PictureSource;
  /** Without the folders before it. */
  name: string;
  isOneFile: boolean;
  format?: ImportFormat | undefined;
}

/** `written` is undefined where the labels are the pictures' own paths. */
async function readWritten({
  source,
  name: sourceName,
  isOneFile,
  format,
}: Opened): Promise<{ format: ImportFormat; written?: WrittenLabels }> {
  const tried = format === undefined ? importFormats : [format];
  const files = await readLabelFiles(source, tried);
  for (const name of tried) {
    const { accepts, read, classOf } = labelFormats[name];
    const own = files.filter(({ path }) => accepts(path));
    const isNamed = name === 'teachable-machine' && (own.length > 0 || isSamplesZip(sourceName));
    if (classOf && (format === name || isNamed || (name === 'folder' && !isOneFile))) return { format: name };
    if (!read) continue;
    const parts = await Promise.all(own.map(async (file) => read(file)));
    const readable = parts.filter((part) => part !== undefined);
    if (readable.length > 0) return { format: name, written: join(readable) };
  }
  throw new TintypeError('LABELS_UNREADABLE', { source: sourceName, ...(format ? { format } : {}) });
}

const join = (parts: readonly WrittenLabels[]): WrittenLabels => ({
  labels: parts.flatMap(({ labels }) => labels),
  skipped: parts.flatMap(({ skipped }) => skipped),
});

async function readLabelFiles(source: PictureSource, formats: readonly ImportFormat[]): Promise<ReadFile[]> {
  const read: ReadFile[] = [];
  for await (const file of source.files())
    if (formats.some((name) => labelFormats[name].accepts(file.path)))
      read.push({ path: file.path, bytes: await file.read() });
  return read;
}

/** Null where there are no pictures. */
async function takeIn(
  needs: ImportNeeds,
  { pictures, dataset, limits, onProgress, signal }: ImportRequest & { pictures: string; dataset: string },
): Promise<IngestReport | null> {
  const request: IngestRequest = {
    sources: [pictures],
    dataset,
    labels: 'none',
    annotator: 'import',
    move: false,
    limits,
    ...(onProgress ? { onProgress } : {}),
    ...(signal ? { signal } : {}),
  };
  return ingestPictures(needs, request).catch((error: unknown) => {
    if (error instanceof TintypeError && error.code === 'SOURCE_EMPTY') return null;
    throw error;
  });
}

/** The classes that the paths of the pictures state. */
async function readPaths(
  needs: ImportNeeds,
  { pictures, format, request }: { pictures: string | undefined; format: ImportFormat; request: ImportRequest },
): Promise<WrittenLabels> {
  const written: WrittenLabels = { labels: [], skipped: [] };
  if (pictures === undefined) return written;
  const { classOf } = labelFormats[format];
  const source = await needs.openSource(pictures, { bytes: request.limits.bytes });
  for await (const { path } of source.files()) {
    const className = classOf?.(path, basename(pictures)) ?? null;
    if (className === null) written.skipped.push({ name: path, reason: 'it is in no folder' });
    else written.labels.push({ name: path, className });
  }
  return written;
}

interface Target {
  sampleId: string;
  /** The label it has now. */
  now: string | null;
  label: WrittenLabel;
}

interface MatchRequest {
  labels: readonly WrittenLabel[];
  dataset: string;
  pictures: string | null | undefined;
  request: ImportRequest;
}

async function matchAll(
  needs: ImportNeeds,
  { labels, dataset, pictures, request }: MatchRequest,
): Promise<{ matched: Target[]; skipped: WrittenLabels['skipped'] }> {
  const byPath = pictures ? await indexPictures(needs, { pictures, dataset, request }) : undefined;
  const now = new Map<string, string | null>();
  const byName = new PictureIndex();
  for await (const sample of needs.catalog.samples.stream({ dataset })) {
    now.set(sample.id, sample.className);
    byName.add(sample.path, sample.id);
  }
  const matched: Target[] = [];
  const skipped: WrittenLabels['skipped'] = [];
  for (const label of labels) {
    const exact = [
      label.sampleId,
      label.contentHash && sampleIdOf(dataset, label.contentHash),
      byPath?.exact.get(label.name),
    ];
    const id = exact.find((one) => one !== undefined && now.has(one));
    const found = id === undefined ? (byPath?.index.find(label.name) ?? byName.find(label.name)) : { id };
    const className = classNameSchema.safeParse(label.className);
    if (!className.success) skipped.push({ name: label.name, reason: 'its class is no name that can be shown' });
    else if (found === undefined) skipped.push({ name: label.name, reason: 'the dataset has no such picture' });
    else if ('reason' in found) skipped.push({ name: label.name, reason: found.reason });
    else
      matched.push({
        sampleId: found.id,
        now: now.get(found.id) ?? null,
        label: { ...label, className: className.data },
      });
  }
  return { matched, skipped };
}

/** Which sample each picture of a source is. */
async function indexPictures(
  needs: ImportNeeds,
  { pictures, dataset, request }: { pictures: string; dataset: string; request: ImportRequest },
): Promise<{ exact: Map<string, string>; index: PictureIndex }> {
  const exact = new Map<string, string>();
  const index = new PictureIndex();
  const source = await needs.openSource(pictures, { bytes: request.limits.bytes });
  for await (const file of source.files()) {
    if (request.signal?.aborted) throw new TintypeError('CANCELLED', {});
    // One that cannot be read was rejected, and is a row of the report.
    const bytes = await file.read().catch(() => undefined);
    if (!bytes) continue;
    const id = sampleIdOf(dataset, hashBytes(bytes));
    exact.set(file.path, id);
    index.add(file.path, id);
  }
  return { exact, index };
}

interface Recording {
  targets: readonly Target[];
  annotator: string;
  /** Names what is imported, so that importing it again is known. */
  batch: string;
}

async function record(
  { catalog, clock }: ImportNeeds,
  { targets, annotator, batch }: Recording,
): Promise<Pick<ImportReport, 'labeled' | 'unchanged' | 'opinions' | 'classes'>> {
  const at = clock.now();
  const counts = { labeled: 0, unchanged: 0, opinions: 0, classes: {} as Record<string, number> };
  const events: LabelEvent[] = [];
  for (const { sampleId, now, label } of targets) {
    const toEvent = (said: Said, source: 'import' | 'opinion'): LabelEvent => {
      const by = said.annotator ?? annotator;
      const id = idOf([batch, sampleId, by, said.className, source]);
      return { id, sampleId, annotator: by.slice(0, 100), className: said.className, source, at: said.at ?? at };
    };
    const event = toEvent(label, 'import');
    const others = (label.others ?? []).filter(({ className }) => classNameSchema.safeParse(className).success);
    const isKept = now === label.className || (await isKnown(catalog, event));
    counts[isKept ? 'unchanged' : 'labeled'] += 1;
    counts.opinions += others.length;
    counts.classes[label.className] = (counts.classes[label.className] ?? 0) + 1;
    // Whose label it is counts where others said something too.
    if (!isKept || others.length > 0) events.push(event);
    events.push(...others.map((one) => toEvent(one, 'opinion')));
  }
  for (let start = 0; start < events.length; start += eventsPerWrite) {
    await catalog.samples.appendLabelEvents(events.slice(start, start + eventsPerWrite));
    crashPoint('label.imported');
  }
  return counts;
}

type Said = Pick<WrittenLabel, 'className' | 'annotator' | 'at'>;

const isKnown = async (catalog: ImportNeeds['catalog'], event: LabelEvent): Promise<boolean> =>
  (await catalog.samples.listLabelEvents(event.sampleId)).some(({ id }) => id === event.id);

const digestOf = (words: unknown): string => createHash('sha256').update(JSON.stringify(words)).digest('hex');

const idOf = (words: readonly string[]): string => `import_${digestOf(words).slice(0, 40)}`;
