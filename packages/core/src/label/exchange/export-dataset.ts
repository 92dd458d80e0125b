/** @file Writes a dataset for other tools: labels, and pictures or their pixels. What is written can be imported again. */
import { TintypeError } from '@tintype/contracts/errors';
import type { LabelEvent } from '@tintype/contracts/label';
import { type ExportReport, exportOptionsSchema } from '@tintype/contracts/label-exchange';
import { resolveDataset } from '../../catalog/catalog.ts';
import { writeFolder } from '../../model/write-folder.ts';
import type { ExportedSample, ExportNeeds, ExportRequest } from './export-dataset.types.ts';
import { exportWriters } from './export-writers.ts';

/** Pictures of a page of the catalog. */
const pageSize = 500;

/** Throws DATASET_NOT_FOUND, DATASET_AMBIGUOUS, DATASET_EMPTY where no picture has a label, CANCELLED, and what writing a folder throws. */
export async function exportDataset(needs: ExportNeeds, request: ExportRequest): Promise<ExportReport> {
  const options = exportOptionsSchema.parse(request);
  const { format, folder } = options;
  const dataset = await resolveDataset(needs.catalog, options.dataset);
  const report: ExportReport = {
    dataset,
    format,
    folder,
    pictures: 0,
    unlabeled: 0,
    classes: {},
    files: 0,
    sizeBytes: 0,
    failed: [],
  };
  const files = await writeFolder(folder, async (write) => {
    const writer = exportWriters[format]({ needs, request: { ...request, ...options }, write, report });
    for await (const one of listLabeled(needs, { ...request, dataset, report })) {
      await writer.add(one);
      report.pictures += 1;
      const { className } = one.sample;
      report.classes[className] = (report.classes[className] ?? 0) + 1;
    }
    if (report.pictures === 0) throw new TintypeError('DATASET_EMPTY', { dataset });
    await writer.end();
  });
  report.files = files.length;
  report.sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return report;
}

async function* listLabeled(
  { catalog }: ExportNeeds,
  { dataset, className, split, onProgress, signal, report }: ExportRequest & { dataset: string; report: ExportReport },
): AsyncGenerator<ExportedSample> {
  let cursor: string | undefined;
  let done = 0;
  do {
    const filter = { ...(className === undefined ? {} : { className }), ...(split === undefined ? {} : { split }) };
    const query = { dataset, ...filter, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
    const page = await catalog.samples.list(query);
    for (const { split: own, ...sample } of page.items) {
      if (signal?.aborted) throw new TintypeError('CANCELLED', {});
      done += 1;
      if (sample.className === null) report.unlabeled += 1;
      else {
        const events = await catalog.samples.listLabelEvents(sample.id);
        const given = { ...sample, className: sample.className };
        yield { sample: given, split: own, ...readSayings(events, given) };
      }
      onProgress?.(done, page.total);
    }
    cursor = page.nextCursor;
  } while (cursor !== undefined);
}

function readSayings(
  events: readonly LabelEvent[],
  sample: ExportedSample['sample'],
): Pick<ExportedSample, 'label' | 'opinions'> {
  const label = events.findLast(({ source }) => source !== 'opinion') ?? {
    id: sample.id,
    sampleId: sample.id,
    className: sample.className,
    annotator: 'unknown',
    source: 'import',
    at: sample.createdAt,
  };
  const last = new Map(events.filter(({ source }) => source === 'opinion').map((event) => [event.annotator, event]));
  return { label, opinions: [...last.values()].filter(({ className }) => className !== null) };
}
