/** @file The backbone inside a registered bundle: features of any picture, without the file that the model was made from. */
import { join } from 'node:path';
import { TintypeError } from '@tintype/contracts/errors';
import type { Backbone, BundleManifest } from '@tintype/contracts/model';
import type { ModelVersion } from '@tintype/contracts/registry';
import { type ObjectStore, objectKeys } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';
import { graphFile, manifestFile, parseManifest } from './bundle.ts';
import type { PictureTasks } from './picture-tasks.types.ts';
import type { ResolvedBackbone } from './resolve-backbone.ts';

/** What bundles call them; graphs of other tools may not have it. */
const featureOutput = 'features';
const openDeadlineMs = 60_000;

/**
 * Undefined where its features are built in or not told, or were trained here: those have seen the labels, and what is said about labels by them would flatter.
 * Features of a frozen backbone are the ones that the training has cached. Throws BUNDLE_CORRUPT, OBJECT_NOT_FOUND.
 */
export async function resolveBundleBackbone(
  { pool, store }: { pool: Pick<TaskPool<PictureTasks>, 'run'>; store: Pick<ObjectStore, 'get' | 'localFolder'> },
  { bundleHash }: Pick<ModelVersion, 'bundleHash'>,
): Promise<ResolvedBackbone | undefined> {
  const manifest = parseManifest(await store.get(objectKeys.bundleFile(bundleHash, manifestFile)), bundleHash);
  if (!isUsable(manifest)) return undefined;
  const within = { hash: manifest.files[graphFile] as string, inputName: manifest.input.name, featureOutput };
  const held = { ...manifest.backbone, ...within };
  const modelPath = join(await store.localFolder(objectKeys.bundlePrefix(bundleHash)), graphFile);
  const shape = await findShape(pool, { backbone: held, modelPath });
  if (shape === undefined) return undefined;
  // Eight bits or an import give features of their own.
  const isOriginal = manifest.backbone.kind === 'onnx' && manifest.light === undefined;
  return { backbone: isOriginal ? manifest.backbone : held, modelPath, within, shape, notices: [] };
}

const isUsable = ({ backbone, input, run }: BundleManifest): boolean =>
  input.kind === 'pixels' && (backbone.kind === 'onnx' || run === null);

async function findShape(
  pool: Pick<TaskPool<PictureTasks>, 'run'>,
  asked: { backbone: Backbone; modelPath: string },
): Promise<ResolvedBackbone['shape'] | undefined> {
  try {
    const { dimensions, shape } = await pool.run('inspectBackbone', asked, { deadlineMs: openDeadlineMs, alone: true });
    return dimensions === asked.backbone.dimensions ? shape : undefined;
  } catch (error) {
    if (error instanceof TintypeError && error.code === 'BACKBONE_INVALID') return undefined;
    throw error;
  }
}
