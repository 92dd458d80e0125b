/** @file From settings to detectors: the family's defaults, the file's hash, class names. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Detector, DetectorKind } from '@tintype/contracts/detector';
import { TintypeError } from '@tintype/contracts/errors';
import { type CountedName, countedBy, type DetectorSetting, type Detectors, type Gate } from '@tintype/contracts/gate';
import { detectorFamilies } from '../detectors/detector-families.ts';
import { cocoCategories, cocoClasses } from './coco-classes.ts';

const publishedClasses: { readonly [Kind in DetectorKind]: readonly string[] } = {
  yolox: cocoClasses,
  detr: cocoCategories,
  'd-fine': cocoClasses,
  ultraface: ['face'],
};

/** What these gates count. */
export function listCounted(gates: readonly Gate[]): CountedName[] {
  const names = gates.flatMap(({ kind }) => (kind in countedBy ? [countedBy[kind as keyof typeof countedBy]] : []));
  return [...new Set(names)];
}

/** The detectors of these. Throws DETECTOR_MISSING where none is set, DETECTOR_INVALID where its file cannot be read. */
export async function resolveDetectors(
  names: readonly CountedName[],
  { settings, folder }: { settings: Partial<Record<CountedName, DetectorSetting | undefined>>; folder: string },
): Promise<Detectors> {
  const detectors: Detectors = {};
  for (const counted of names) {
    const setting = settings[counted];
    if (!setting) throw new TintypeError('DETECTOR_MISSING', { counted });
    detectors[counted] = await resolveDetector(setting, folder);
  }
  return detectors;
}

async function resolveDetector(setting: DetectorSetting, folder: string) {
  const { kind, file, threshold, classNames } = setting;
  const modelPath = resolve(folder, file);
  const bytes = await readFile(modelPath).catch((error: NodeJS.ErrnoException) => {
    throw new TintypeError('DETECTOR_INVALID', { file, reason: `it cannot be read (${error.code})` }, { cause: error });
  });
  const defaults = detectorFamilies[kind].defaults;
  const detector: Detector = {
    ...defaults,
    kind,
    name: basename(file),
    hash: createHash('sha256').update(bytes).digest('hex'),
    threshold: threshold ?? defaults.threshold,
    classNames: [...(classNames ?? publishedClasses[kind])],
  };
  return { detector, modelPath };
}
