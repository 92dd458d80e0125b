/** @file What labels can be read from: one record a format. Tried in the order of the contract, so that the more telling come first. */
import type { ImportFormat } from '@tintype/contracts/label-exchange';
import { labelFromPath } from '../../ingest/label-from-path.ts';
import { readZip } from '../../model/formats/read-zip.ts';
import type { ReadFile, WrittenLabels } from './labels.types.ts';
import { parseNpy, readIntegers, readText } from './npy.ts';
import { readLabelStudio } from './read-label-studio.ts';
import { readCoco, readCustomVision, readCvat } from './read-other-tools.ts';
import { readCsvLabels, readImagefolder } from './read-table.ts';

export interface LabelFormat {
  /** Whether a file of this name may hold labels in it. */
  accepts: (path: string) => boolean;
  /** Undefined where the file is not in this format. Labels of the pictures' own paths have no file. */
  read?: (file: ReadFile) => Promise<WrittenLabels | undefined> | WrittenLabels | undefined;
  /** The class that a picture's path states; `source` is the name of what it was in. */
  classOf?: (path: string, source: string) => string | null;
}

const hasEnding = (ending: RegExp) => (path: string) => ending.test(path);
const isJson = hasEnding(/\.json$/i);

const readJson =
  (read: (json: unknown) => WrittenLabels | undefined) =>
  ({ bytes }: ReadFile): WrittenLabels | undefined => {
    try {
      return read(JSON.parse(new TextDecoder().decode(bytes).replace(/^\uFEFF/, '')));
    } catch (error) {
      if (error instanceof SyntaxError) return undefined;
      throw error;
    }
  };

export const labelFormats: Readonly<Record<ImportFormat, LabelFormat>> = {
  'label-studio': { accepts: isJson, read: readJson(readLabelStudio) },
  'custom-vision': { accepts: isJson, read: readJson(readCustomVision) },
  coco: { accepts: isJson, read: readJson(readCoco) },
  cvat: { accepts: hasEnding(/\.xml$/i), read: ({ bytes }) => readCvat(new TextDecoder().decode(bytes)) },
  imagefolder: { accepts: hasEnding(/(^|\/)metadata\.(csv|jsonl)$/i), read: readImagefolder },
  csv: { accepts: hasEnding(/\.(csv|tsv)$/i), read: readCsvLabels },
  npz: { accepts: hasEnding(/\.npz$/i), read: readNpz },
  // A project is a zip with this file and the pictures in a folder for each class; the samples of one class are a zip with its name.
  'teachable-machine': { accepts: hasEnding(/(^|\/)manifest\.json$/i), classOf: teachableClass },
  folder: { accepts: () => false, classOf: (path) => labelFromPath(path, 'folder') },
};

const samplesZip = /^(?<className>.+?)[-_ ]samples(?: \(\d+\))?\.zip$/i;

/** The folder that holds the picture; else what the file with the samples of one class is called. */
function teachableClass(path: string, source: string): string | null {
  const folder = labelFromPath(path, 'folder');
  const named = folder === null || folder === 'samples' ? samplesZip.exec(source)?.groups?.className : undefined;
  return named ?? folder;
}

export const isSamplesZip = (source: string): boolean => samplesZip.test(source);

/** Text and numbers small enough to be held many times over. */
const mostNpzBytes = 2 ** 30;

/** `labels` [N], `classes` [K], `hashes` [N]: what an export holds beside the pixels. */
async function readNpz({ path, bytes }: ReadFile): Promise<WrittenLabels | undefined> {
  const entries = readZip(bytes, { mostBytes: mostNpzBytes });
  const array = async (name: string) => {
    const content = await entries.get(`${name}.npy`)?.read();
    return content && parseNpy(content);
  };
  const [labels, classes, hashes] = await Promise.all(['labels', 'classes', 'hashes'].map(array));
  const indices = labels && readIntegers(labels);
  const names = classes && readText(classes);
  const contentHashes = hashes && readText(hashes);
  if (!indices || !names || contentHashes?.length !== indices.length) return undefined;
  const written: WrittenLabels = { labels: [], skipped: [] };
  for (const [n, contentHash] of contentHashes.entries()) {
    const className = names[indices[n] as number];
    if (className === undefined) written.skipped.push({ name: contentHash, reason: `${path} has no such class` });
    else written.labels.push({ name: contentHash, className, contentHash });
  }
  return written;
}
