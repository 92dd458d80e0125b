/**
 * @file Places where a test lets the process die: between two steps of which the second may never happen. One table names them all;
 * `tests/faults` kills a process at each, and fails where a step that makes something durable has none.
 */

/** Name, `area.step`, and what is so at that moment. In the order in which bytes and rows flow. */
export const crashPoints = {
  // Files of the object store
  'store.opened': 'an unfinished file is there, and empty',
  'store.written': 'the unfinished file is whole, though not on the disk',
  'store.synced': 'the unfinished file is on the disk, without its name',
  'store.linked': 'the object has its name, and the unfinished file is still there',
  'store.placed': 'the object has its name, its folder is not on the disk',
  'store.durable': 'the object is durable, nobody knows it yet',
  'store.removed': 'an object is gone',

  // Objects of a store in a bucket, and copies of them
  'remote.put': 'the bucket has confirmed an object, nobody knows it yet',
  'remote.written': 'the bucket has confirmed an object that came in pieces',
  'remote.removed': 'an object is gone from the bucket',
  'copy.written': 'the copy of an object is whole, without its name',
  'copy.placed': 'the copy has its name, its tag says nothing yet',

  // The database
  'database.drafted': 'a new database is made, beside its place',
  'database.placed': 'the new database has its place',
  'migrate.copied': 'a copy of the catalog as it was is durable, nothing has changed',
  'migrate.locked': 'this process alone may migrate, nothing has changed',
  'migrate.step': 'one migration is applied, in a transaction that is open',
  'migrate.ended': 'the database is migrated, nobody has used it',
  'catalog.begun': 'a transaction is open, nothing has changed in it',
  'catalog.changed': 'a transaction holds all its changes, and is open',
  'catalog.committed': 'a transaction is durable, nobody has been told',

  // Ingest, sync and drop zone
  'ingest.analyzed': 'a picture is known, nothing of it is stored',
  'ingest.stored': 'picture and thumbnail are durable, without a row',
  'ingest.sampled': 'the samples of a batch are in the open transaction, labels and origins are not',
  'ingest.recorded': 'the rows of a batch are durable, its originals are still there',
  'ingest.removed': 'one original of a batch is deleted, others are not',
  'sync.returned': 'objects that are back are marked, those that are gone are not',
  'sync.marked': 'objects that are gone are marked',
  'drop.copied': 'a refused object is kept, without its reason',
  'drop.refused': 'a refused object and its reason are kept, the object is still in the zone',

  // Labels, classes and trash
  'label.appended': 'label events are in the open transaction, the labels of their pictures have not followed',
  'label.recorded': 'labels are durable, nobody has been told',
  'label.imported': 'a part of imported labels is durable, the rest is not',
  'class.followed': 'labels have followed their class in the open transaction, the change of it is not recorded',
  'trash.moved': 'pictures are in the trash in the open transaction, who moved them is not recorded',

  // Snapshots
  'snapshot.stored': 'the list is durable, without a row',
  'snapshot.recorded': 'the snapshot is durable, its near-duplicates are not recorded',

  // Training
  'features.stored': 'a shard of features is durable, later ones are not',
  'pixels.stored': 'a shard of pixels is durable, later ones are not',
  'run.begun': 'the row of a run is durable, nothing is trained',
  'checkpoint.begin': 'a checkpoint is due, nothing of it is there',
  'checkpoint.partial': 'the checkpoint is on the disk, without its name',
  'checkpoint.written': 'the checkpoint is durable, older ones are still there',
  'checkpoint.end': 'older checkpoints are gone',
  'checkpoint.best': 'the best weights are durable, no checkpoint speaks of them',
  'trial.begun': 'the row of a trial is durable, nothing of it is tried',
  'trial.ended': 'a trial has ended, its row does not say so',

  // Publishing
  'register.file': 'one file of a bundle is durable, others are not',
  'register.stored': 'the bundle is durable, unproven',
  'register.proven': 'the bundle is proven, without a row',
  'publish.inserted': 'the version is in the open transaction, no alias points to it',
  'alias.moved': 'the alias has moved in the open transaction, the log does not say so',
  'register.published': 'the version is durable, its run is still open',

  // Jobs
  'job.leased': 'a job is leased, nothing of it is done',
  'job.finished': 'the end of a job is durable, nobody has been told',

  // Batches
  'batch.listing': 'the list of a shard is durable, its job is not there',
  'batch.listed': 'all shards are in the queue, the batch does not say so',
  'batch.answered': 'the rows of a shard are durable, its job has not ended',
  'batch.joining': 'a part of the output is written, without its name',
  'batch.joined': 'the output is durable, the batch does not say so',
  'batch.cleaned': 'what the output was made of is gone, its shards are still in the queue',

  // Backups
  'backup.part': 'a part of the rows is durable, later ones are not',
  'backup.rows': 'all rows are kept, no object is looked up',
  'backup.object': 'an object is at the place of the backup, others are not',
  'backup.objects': 'rows and objects are kept, there is no manifest',
  'backup.made': 'the backup is whole, nobody has been told',
  'restore.object': 'an object is brought back, no row refers to it',
  'restore.objects': 'all objects are brought back, no row is',
  'restore.part': 'some rows are in the open transaction',
  'restore.rows': 'all rows are in the open transaction, in the tables of their time',
  'restore.migrated': 'all rows are in the open transaction, in the tables of now',
  'restore.done': 'everything is restored, nobody has been told',

  // Repairs
  'verify.copied': 'a copy of a damaged object is in quarantine, without its note',
  'verify.noted': 'copy and note are in quarantine, the damaged object is still there',
  'verify.quarantined': 'the damaged object is gone, its samples are where they were',
  'verify.returned': 'an object is back from quarantine, its copy is still there',
  'verify.renamed': 'a damaged checkpoint is set aside',
  'verify.mended': 'one finding is mended, others are not',
} as const;

export type CrashPoint = keyof typeof crashPoints;

const [armed = '', countdown = '1'] = (process.env.TINTYPE_CRASH_AT ?? '').split(':');
let remaining = Number(countdown);

/** Kills the process when TINTYPE_CRASH_AT is `name`, or `name:N` for the Nth time it comes here. Nothing otherwise. */
export function crashPoint(name: CrashPoint): void {
  if (name !== armed) return;
  remaining -= 1;
  if (remaining > 0) return;
  process.kill(process.pid, 'SIGKILL');
  // The signal may take a moment; nothing of what follows may happen.
  for (;;);
}
