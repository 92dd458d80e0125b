/** @file Whose features labeling and exploring work on: the setting `label.backbone`, files relative to the workspace. */
import { resolve } from 'node:path';
import type { Config } from '@tintype/contracts/config';
import type { PictureTasks } from '../model/picture-tasks.types.ts';
import { type ResolvedBackbone, resolveBackbone } from '../model/resolve-backbone.ts';
import type { BackboneHub } from '../ports/backbone-hub.ts';
import type { TaskPool } from '../ports/task-pool.ts';

/** Throws what `resolveBackbone` throws. */
export function resolveLabelBackbone(
  needs: { pool: TaskPool<PictureTasks>; hub: BackboneHub },
  { config, folder }: { config: Pick<Config, 'label'>; folder: string },
): Promise<ResolvedBackbone> {
  const { backbone } = config.label;
  const isFile = /\.onnx$/i.test(backbone) && !backbone.startsWith('hub:');
  return resolveBackbone(needs, isFile ? resolve(folder, backbone) : backbone);
}
