/** @file From settings to detectors: the family's defaults, the file's hash, class names. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { Detector, DetectorKind } from '@tintype/contracts/detector';
import { TintypeError } from '@tintype/contracts/errors';
import { type CountedName, countedBy, type DetectorSetting, type Detectors, type Gate } from '@tintype/contracts/gate';
import type { BackboneHub } from '../../ports/backbone-hub.ts';
import type { Workspace } from '../../ports/workspace.ts';
import { detectorFamilies } from '../detectors/detector-families.ts';
import { isHubName, parseHubName } from '../hub-name.ts';
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

/** What gates count with, and where their files are. */
export interface DetectorSource {
  settings: Partial<Record<CountedName, DetectorSetting | undefined>>;
  /** That files are named from. */
  folder: string;
  /** For files of a hub; without it they cannot be read. */
  hub?: Pick<BackboneHub, 'fetchFile'> | undefined;
}

/** Those that a workspace names. */
export const detectorsOf = ({ config, folder, hub }: Pick<Workspace, 'config' | 'folder' | 'hub'>): DetectorSource => ({
  settings: config.detectors,
  folder,
  hub,
});

/**
 * The detectors of these. Throws DETECTOR_MISSING where none is set, DETECTOR_INVALID where its file cannot be read, and what the hub
 * throws.
 */
export async function resolveDetectors(
  names: readonly CountedName[],
  source: DetectorSource & { signal?: AbortSignal | undefined },
): Promise<Detectors> {
  const detectors: Detectors = {};
  for (const counted of names) {
    const setting = source.settings[counted];
    if (!setting) throw new TintypeError('DETECTOR_MISSING', { counted });
    detectors[counted] = await resolveDetector(setting, source);
  }
  return detectors;
}

async function resolveDetector(
  setting: DetectorSetting,
  source: DetectorSource & { signal?: AbortSignal | undefined },
) {
  const { kind, file, threshold, classNames } = setting;
  const { name, modelPath } = isHubName(file) ? await fetchDetector(file, source) : locateDetector(file, source);
  const bytes = await readFile(modelPath).catch((error: NodeJS.ErrnoException) => {
    throw new TintypeError('DETECTOR_INVALID', { file, reason: `it cannot be read (${error.code})` }, { cause: error });
  });
  const defaults = detectorFamilies[kind].defaults;
  const detector: Detector = {
    ...defaults,
    kind,
    name,
    hash: createHash('sha256').update(bytes).digest('hex'),
    threshold: threshold ?? defaults.threshold,
    classNames: [...(classNames ?? publishedClasses[kind])],
  };
  return { detector, modelPath };
}

const locateDetector = (file: string, { folder }: DetectorSource) => ({
  name: basename(file),
  modelPath: resolve(folder, file),
});

async function fetchDetector(file: string, { hub, signal }: DetectorSource & { signal?: AbortSignal | undefined }) {
  const reference = parseHubName(file);
  if (!reference || !hub) {
    const reason = reference ? 'there is no hub here' : 'a file of a hub is named hub:ORG/REPO[/FILE][@REVISION]';
    throw new TintypeError('DETECTOR_INVALID', { file, reason });
  }
  const found = await hub.fetchFile(reference, signal ? { signal } : {});
  return { name: `hub:${reference.repository}@${found.revision}`, modelPath: found.path };
}
