/** @file Which scenario comes to which crash points, and how often before it is killed there. */
import type { CrashPoint } from '@tintype/core/ports/crash-point';

export interface Scenario {
  /** What the workspace holds before. */
  from: 'nothing' | 'pictures' | 'objects' | 'damage' | 'backup';
  /** By point, the times that it is passed alive before the process dies there. */
  points: Readonly<Partial<Record<CrashPoint, number>>>;
}

export type Place = 'sqlite' | 'file' | 's3';

/** Points that are not on every database or store. */
export const onlyAt: Readonly<Partial<Record<CrashPoint, Place>>> = {
  'store.opened': 'file',
  'store.written': 'file',
  'store.synced': 'file',
  'store.linked': 'file',
  'store.placed': 'file',
  'store.durable': 'file',
  'store.removed': 'file',
  'remote.put': 's3',
  'remote.written': 's3',
  'remote.removed': 's3',
  'copy.written': 's3',
  'copy.placed': 's3',
  'database.drafted': 'sqlite',
  'database.placed': 'sqlite',
};

/** Points at which tests of their own kill: an old catalog and a queue with several workers take more than one process. */
export const killedElsewhere: Readonly<Partial<Record<CrashPoint, string>>> = {
  'migrate.copied': 'packages/adapters/src/catalog/upgrade.test.ts',
  'batch.listing': 'apps/server/src/batch-kill.test.ts',
  'batch.listed': 'apps/server/src/batch-kill.test.ts',
  'batch.answered': 'apps/server/src/batch-kill.test.ts',
  'batch.joining': 'apps/server/src/batch-kill.test.ts',
  'batch.joined': 'apps/server/src/batch-kill.test.ts',
  'batch.cleaned': 'apps/server/src/batch-kill.test.ts',
};

export const scenarios = {
  open: {
    from: 'nothing',
    points: { 'database.drafted': 0, 'database.placed': 0, 'migrate.locked': 0, 'migrate.step': 3, 'migrate.ended': 0 },
  },
  ingest: {
    from: 'nothing',
    points: {
      'ingest.analyzed': 5,
      'ingest.stored': 12,
      'ingest.sampled': 0,
      'ingest.recorded': 0,
      'catalog.begun': 1,
      'catalog.changed': 1,
      'catalog.committed': 1,
      'store.opened': 3,
      'store.written': 7,
      'store.synced': 11,
      'store.linked': 15,
      'store.placed': 19,
      'store.durable': 23,
      'remote.put': 9,
    },
  },
  move: { from: 'nothing', points: { 'ingest.recorded': 0, 'ingest.removed': 4 } },
  sync: { from: 'objects', points: { 'ingest.recorded': 0, 'sync.returned': 0, 'sync.marked': 0 } },
  drop: { from: 'objects', points: { 'ingest.removed': 3, 'drop.copied': 0, 'drop.refused': 0 } },
  label: {
    from: 'pictures',
    points: {
      'label.appended': 0,
      'label.recorded': 1,
      'class.followed': 0,
      'trash.moved': 0,
      'catalog.begun': 0,
      'catalog.changed': 2,
      'catalog.committed': 0,
    },
  },
  import: { from: 'pictures', points: { 'label.imported': 0, 'label.appended': 0 } },
  snapshot: { from: 'pictures', points: { 'snapshot.stored': 0, 'snapshot.recorded': 0 } },
  pixels: { from: 'pictures', points: { 'pixels.stored': 0, 'copy.written': 0, 'copy.placed': 0 } },
  train: {
    from: 'pictures',
    points: {
      'run.begun': 0,
      'features.stored': 0,
      'register.file': 1,
      'register.stored': 0,
      'register.proven': 0,
      'publish.inserted': 0,
      'register.published': 0,
    },
  },
  promote: { from: 'pictures', points: { 'alias.moved': 1 } },
  checkpoint: {
    from: 'nothing',
    points: {
      'checkpoint.best': 1,
      'checkpoint.begin': 1,
      'checkpoint.partial': 3,
      'checkpoint.written': 2,
      'checkpoint.end': 2,
    },
  },
  study: { from: 'nothing', points: { 'trial.begun': 1, 'trial.ended': 1 } },
  job: { from: 'nothing', points: { 'job.leased': 0, 'job.finished': 0 } },
  backup: {
    from: 'pictures',
    points: { 'backup.part': 0, 'backup.rows': 0, 'backup.object': 7, 'backup.objects': 0, 'backup.made': 0 },
  },
  restore: {
    from: 'backup',
    points: {
      'restore.object': 11,
      'restore.objects': 0,
      'restore.part': 0,
      'restore.rows': 0,
      'restore.migrated': 0,
      'restore.done': 0,
    },
  },
  verify: {
    from: 'damage',
    points: {
      'verify.copied': 0,
      'verify.noted': 0,
      'verify.quarantined': 0,
      'verify.returned': 0,
      'verify.renamed': 0,
      'verify.mended': 0,
      'store.removed': 0,
      'remote.written': 0,
      'remote.removed': 0,
    },
  },
} as const satisfies Readonly<Record<string, Scenario>>;

export type ScenarioName = keyof typeof scenarios;

export interface Case {
  scenario: ScenarioName;
  point: CrashPoint;
  /** As TINTYPE_CRASH_AT takes it. */
  crashAt: string;
}

/** Every case that this database and this store have. */
export function listCases(places: { database: 'sqlite' | 'postgres'; store: 'file' | 's3' }): Case[] {
  const here: readonly string[] = [places.database, places.store];
  return Object.entries(scenarios).flatMap(([scenario, { points }]) =>
    Object.entries(points).flatMap(([point, passed]) => {
      const place = onlyAt[point as CrashPoint];
      if (place !== undefined && !here.includes(place)) return [];
      const crashAt = `${point}:${passed + 1}`;
      return [{ scenario: scenario as ScenarioName, point: point as CrashPoint, crashAt }];
    }),
  );
}
