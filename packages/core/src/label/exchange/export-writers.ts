/** @file How each format is written: one record a format. */
import { preprocessingSchema } from '@tintype/contracts/preprocessing';
import { objectKeys } from '../../ports/object-store.ts';
import { renderCsv } from './csv.ts';
import type { ExportedSample, ExportWriter, ExportWriters, WriterContext } from './export-dataset.types.ts';
import { integerArray, renderNpy, renderNpz, textArray } from './npy.ts';
import { encodeXml } from './xml-tags.ts';

type Exported = ExportedSample['sample'];

/** Pixels that one .npz holds at most: what is held in memory. */
const mostShardBytes = 64 * 2 ** 20;

const tableHeader = ['path', 'class', 'split', 'annotator', 'labeled_at', 'source', 'content_hash'];

const endings: Readonly<Record<Exported['format'], string>> = {
  jpeg: 'jpg',
  png: 'png',
  webp: 'webp',
  gif: 'gif',
  tiff: 'tif',
  avif: 'avif',
  heic: 'heic',
};

export const exportWriters: ExportWriters = {
  folder(context) {
    const names = new FolderNames();
    return table(context, async (one) => {
      const path = names.take(one.sample);
      await writePicture(context, one.sample, path);
      return path;
    });
  },
  csv: (context) =>
    table(context, async ({ sample }) => {
      if (!context.request.pictures) return sample.path;
      const path = `pictures/${hashName(sample)}`;
      await writePicture(context, sample, path);
      return path;
    }),
  imagefolder: writeImagefolder,
  'label-studio': writeLabelStudio,
  npy: (context) =>
    table(context, async ({ sample }) => {
      const pixels = await readPixels(context, sample);
      const { sizePx } = context.request;
      const path = `numpy/${sample.contentHash}.npy`;
      if (pixels) await context.write(path, renderNpy({ type: '|u1', shape: [sizePx, sizePx, 3], bytes: pixels }));
      return path;
    }),
  npz: writeNpz,
};

const hashName = ({ contentHash, format }: Exported): string => `${contentHash}.${endings[format]}`;

async function writePicture({ needs, write }: WriterContext, sample: Exported, path: string): Promise<void> {
  await write(path, await needs.store.get(objectKeys.source(sample.contentHash)));
}

/** One picture is one row of `labels.csv`; `add` says where it was written. */
function table(context: WriterContext, add: (one: ExportedSample) => Promise<string>): ExportWriter {
  const rows: string[][] = [tableHeader];
  return {
    async add(one) {
      const path = await add(one);
      const { sample, split, label } = one;
      const at = new Date(label.at).toISOString();
      rows.push([path, sample.className, split ?? '', label.annotator, at, label.source, sample.contentHash]);
      for (const opinion of one.opinions) {
        const said = new Date(opinion.at).toISOString();
        rows.push([
          path,
          opinion.className ?? '',
          split ?? '',
          opinion.annotator,
          said,
          opinion.source,
          sample.contentHash,
        ]);
      }
    },
    end: () => context.write('labels.csv', renderCsv(rows)),
  };
}

/** Class folders with the pictures' own names, told apart where two have one. Characters that a file system may refuse are written as %XX. */
class FolderNames {
  readonly #taken = new Set<string>();

  take(sample: Exported): string {
    const file = sample.path.split('/').at(-1) ?? '';
    const dot = file.lastIndexOf('.');
    const stem = safeName(dot > 0 ? file.slice(0, dot) : file) || sample.contentHash.slice(0, 16);
    const folder = safeName(sample.className);
    const plain = `${folder}/${stem}.${endings[sample.format]}`;
    const path = this.#taken.has(plain.toLowerCase())
      ? `${folder}/${stem}-${sample.contentHash.slice(0, 12)}.${endings[sample.format]}`
      : plain;
    this.#taken.add(path.toLowerCase());
    return path;
  }
}

const longestName = 100;
const escapeCharacter = (one: string): string => `%${one.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

function safeName(name: string): string {
  const safe = name
    .replaceAll(/[\p{Cc}<>:"/\\|?*%]/gu, escapeCharacter)
    .replace(/^[.\s]+|[.\s]+$/g, (ends) => Array.from(ends, escapeCharacter).join(''))
    .slice(0, longestName);
  // Names that Windows keeps for devices.
  return /^(con|prn|aux|nul|com\d|lpt\d)$/i.test(safe) ? `${safe}_` : safe;
}

/** `train/`, `validation/` and `test/` where the dataset has a snapshot, each with its `metadata.csv`. https://huggingface.co/docs/datasets/image_dataset */
function writeImagefolder(context: WriterContext): ExportWriter {
  const rows = new Map<string, string[][]>();
  return {
    async add({ sample, split }) {
      const folder = split ?? 'train';
      const own = rows.get(folder) ?? [['file_name', 'label']];
      rows.set(folder, own);
      own.push([hashName(sample), sample.className]);
      await writePicture(context, sample, `${folder}/${hashName(sample)}`);
    },
    async end() {
      for (const [folder, own] of rows) await context.write(`${folder}/metadata.csv`, renderCsv(own));
    },
  };
}

/** Tasks with annotations, and the labeling interface they belong to. https://labelstud.io/guide/task_format */
function writeLabelStudio(context: WriterContext): ExportWriter {
  const tasks: object[] = [];
  return {
    async add(one) {
      const { sample, label, opinions } = one;
      const path = `pictures/${hashName(sample)}`;
      if (context.request.pictures) await writePicture(context, sample, path);
      const said = [{ ...label, className: sample.className }, ...opinions];
      tasks.push({
        id: tasks.length + 1,
        data: {
          image: context.request.pictures ? `/data/local-files/?d=${path}` : sample.path,
          content_hash: sample.contentHash,
          sample: sample.id,
        },
        annotations: said.map(({ annotator, at, className }, n) => ({
          annotator,
          created_at: new Date(at).toISOString(),
          was_cancelled: false,
          ground_truth: n === 0 && opinions.length > 0,
          result: [
            {
              id: `choice${n + 1}`,
              type: 'choices',
              from_name: 'class',
              to_name: 'image',
              value: { choices: [className] },
            },
          ],
        })),
      });
    },
    async end() {
      await context.write('tasks.json', `${JSON.stringify(tasks, undefined, 1)}\n`);
      const choices = Object.keys(context.report.classes).map((name) => `    <Choice value="${encodeXml(name)}"/>\n`);
      await context.write(
        'label-config.xml',
        `<View>\n  <Image name="image" value="$image"/>\n  <Choices name="class" toName="image" choice="single">\n${choices.join('')}  </Choices>\n</View>\n`,
      );
    },
  };
}

/** Undefined where the picture cannot be decoded, which the report then says. */
async function readPixels(
  { needs, request, report }: WriterContext,
  sample: Exported,
): Promise<Uint8Array | undefined> {
  const { sizePx, limits, signal } = request;
  const bytes = await needs.store.get(objectKeys.source(sample.contentHash));
  const preprocessing = preprocessingSchema.parse({ widthPx: sizePx, heightPx: sizePx, resize: 'squash' });
  try {
    return await needs.pool.run('pixels', { bytes, preprocessing, limits }, signal ? { signal } : {});
  } catch (error) {
    if (signal?.aborted) throw error;
    report.failed.push({ name: sample.path, reason: (error as Error).message });
    return undefined;
  }
}

/** Files of `images` [N, side, side, 3] uint8, `labels` [N] int64, `classes` [K] and `hashes` [N]; `classes` are the same in all of them. */
function writeNpz(context: WriterContext): ExportWriter {
  const { sizePx } = context.request;
  const rowBytes = 3 * sizePx ** 2;
  let classes: string[] | undefined;
  let files = 0;
  let pixels: Uint8Array[] = [];
  let labels: number[] = [];
  let hashes: string[] = [];
  const flush = async (): Promise<void> => {
    if (hashes.length === 0) return;
    const name = `pictures-${String(files).padStart(4, '0')}.npz`;
    const images = { type: '|u1', shape: [hashes.length, sizePx, sizePx, 3], bytes: Buffer.concat(pixels) };
    const arrays = {
      images,
      labels: integerArray(labels),
      classes: textArray(classes ?? []),
      hashes: textArray(hashes),
    };
    await context.write(name, renderNpz(arrays));
    files += 1;
    [pixels, labels, hashes] = [[], [], []];
  };
  return {
    async add({ sample }) {
      const own = await readPixels(context, sample);
      if (!own) return;
      classes ??= (await context.needs.catalog.samples.listClasses()).map(({ name }) => name);
      pixels.push(own);
      labels.push(classes.indexOf(sample.className));
      hashes.push(sample.contentHash);
      if (pixels.length * rowBytes >= mostShardBytes) await flush();
    },
    end: flush,
  };
}
