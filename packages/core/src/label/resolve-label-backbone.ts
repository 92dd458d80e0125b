/** @file Whose features labeling and exploring work on: the setting `label.backbone`, files relative to the workspace; without it the champion's. */
import { resolve } from 'node:path';
import type { Config } from '@tintype/contracts/config';
import { championAlias, type ModelVersion } from '@tintype/contracts/registry';
import { resolveBundleBackbone } from '../model/bundle-backbone.ts';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { type ResolvedBackbone, resolveBackbone } from '../model/resolve-backbone.ts';
import type { BackboneHub } from '../ports/backbone-hub.ts';
import type { Catalog } from '../ports/catalog.ts';
import type { ObjectStore } from '../ports/object-store.ts';
import type { TaskPool } from '../ports/task-pool.ts';

interface LabelBackboneNeeds {
  pool: TaskPool<PictureTasks>;
  hub: BackboneHub;
  store: Pick<ObjectStore, 'get' | 'localFolder'>;
  catalog: { registry: Pick<Catalog['registry'], 'findLatestAliased'> };
}

interface LabelBackboneOptions {
  config: Pick<Config, 'label'>;
  /** Of the workspace. */
  folder: string;
}

/** Throws what `resolveBackbone` throws. */
export async function resolveLabelBackbone(
  needs: LabelBackboneNeeds,
  { config, folder }: LabelBackboneOptions,
): Promise<ResolvedBackbone> {
  const { backbone } = config.label;
  if (backbone === undefined) {
    const champion = await findChampion(needs);
    const found = champion && (await resolveBundleBackbone(needs, champion));
    return found ?? resolveBackbone(needs, 'histograms');
  }
  const isFile = /\.onnx$/i.test(backbone) && !backbone.startsWith('hub:');
  return resolveBackbone(needs, isFile ? resolve(folder, backbone) : backbone);
}

/** Changes where `resolveLabelBackbone` may give another. */
export async function stampLabelBackbone(
  needs: Pick<LabelBackboneNeeds, 'catalog'>,
  { config }: Pick<LabelBackboneOptions, 'config'>,
): Promise<string> {
  return config.label.backbone ?? (await findChampion(needs))?.bundleHash ?? '';
}

const findChampion = ({ catalog }: Pick<LabelBackboneNeeds, 'catalog'>): Promise<ModelVersion | undefined> =>
  catalog.registry.findLatestAliased(championAlias);
