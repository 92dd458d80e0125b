/** @file The labeling engine of a server, with children of its own that start when somebody labels. */
import type { LabelService } from '@tintype/core/label/label-service';
import type { LabelTasks } from '@tintype/core/label/label-tasks.types';
import type { PictureTasks } from '@tintype/core/model/picture-tasks.types';
import type { Workspace } from '@tintype/core/ports/workspace';

interface Opened extends AsyncDisposable {
  service: LabelService;
}

/** Who labels waits for nobody's pictures, and nobody for theirs: these give way to children that answer. */
const niceness = 5;
const pictureChildren = 2;
/** Space, likeness and features of two datasets of 20,000 pictures. */
const engineMemoryMb = 2048;

export function openLabeling(workspace: Workspace): LabelService {
  let opened: Promise<Opened> | undefined;
  const service = async (): Promise<LabelService> => (await (opened ??= start(workspace))).service;
  return {
    next: async (query) => (await service()).next(query),
    grids: async (query) => (await service()).grids(query),
    clusters: async (query) => (await service()).clusters(query),
    suggest: async (query) => (await service()).suggest(query),
    suspects: async (query) => (await service()).suspects(query),
    alike: async (query) => (await service()).alike(query),
    forecast: async (query) => (await service()).forecast(query),
    async [Symbol.asyncDispose]() {
      const last = await opened?.catch(() => undefined);
      await last?.[Symbol.asyncDispose]();
    },
  };
}

async function start({ catalog, store, hub, config, folder }: Workspace): Promise<Opened> {
  const [{ openTaskPool }, { openLabelService }, { resolveLabelBackbone, stampLabelBackbone }] = await Promise.all([
    import('@tintype/adapters/children/open-task-pool'),
    import('@tintype/core/label/label-service'),
    import('@tintype/core/label/resolve-label-backbone'),
  ]);
  const pictures = await openTaskPool<PictureTasks>({
    tasks: '@tintype/core/model/picture-tasks',
    size: pictureChildren,
    niceness,
  });
  const engine = await openTaskPool<LabelTasks>({
    tasks: '@tintype/core/label/label-tasks',
    size: 1,
    memoryMb: engineMemoryMb,
    niceness,
  });
  const service = openLabelService(
    { catalog, store, pictures, engine },
    {
      resolve: () => resolveLabelBackbone({ pool: pictures, hub, catalog, store }, { config, folder }),
      stamp: () => stampLabelBackbone({ catalog }, { config }),
      limits: config.limits,
    },
  );
  return {
    service,
    async [Symbol.asyncDispose]() {
      await service[Symbol.asyncDispose]();
      await Promise.all([pictures[Symbol.asyncDispose](), engine[Symbol.asyncDispose]()]);
    },
  };
}
