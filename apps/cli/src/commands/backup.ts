/** @file `tintype backup`: makes, lists, checks and restores backups, beside the workspace's own bytes or at another place. */
import { existsSync } from 'node:fs';
import type { BackupManifest, BackupReport, BackupSummary, RestoreReport } from '@tintype/contracts/backup';
import { formatBytes, TintypeError } from '@tintype/contracts/errors';
import type { ObjectStore } from '@tintype/core/ports/object-store';
import type { Workspace } from '@tintype/core/ports/workspace';
import type { CommandContext, CommandRecord, OptionRecord } from '../command.ts';
import { counted, duration, integer, moment, printable, table } from '../format.ts';
import { repeat } from '../repeat.ts';

const placeForms = 'file:FOLDER, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX';

const from: OptionRecord = {
  flags: '--from <place>',
  description: `where the backups are: ${placeForms} (default: beside the workspace's own bytes)`,
};

interface Place {
  place: ObjectStore;
  name: string;
}

/** The store of the workspace where none is named, or where its own is. Throws USAGE_INVALID. */
async function openPlace(workspace: Workspace, option: unknown, flag: string): Promise<Place> {
  const [{ openStore, resolveStoreAddress }, { findStoreAddress, renderStoreAddress }] = await Promise.all([
    import('@tintype/adapters/store/open-store'),
    import('@tintype/contracts/store-address'),
  ]);
  const own = renderStoreAddress(resolveStoreAddress(workspace.config.store, workspace.folder));
  const named = option as string | undefined;
  if (named === undefined) return { place: workspace.store, name: own };
  if (!findStoreAddress(named))
    throw new TintypeError('USAGE_INVALID', { problem: `${flag} takes ${placeForms}, and not '${named}'.` });
  const address = resolveStoreAddress(named, process.cwd());
  const name = renderStoreAddress(address);
  // A place that is not there is made for a backup, and not for who looks for one.
  if (flag === '--from' && address.scheme === 'file' && !existsSync(address.folder))
    throw new TintypeError('BACKUP_NOT_FOUND', { backup: 'latest', place: name });
  return { place: name === own ? workspace.store : await openStore(name, workspace), name };
}

/** `named`: an id or `latest`, below `--from`. Throws USAGE_INVALID, BACKUP_NOT_FOUND, BACKUP_DAMAGED. */
async function findBackup(
  workspace: Workspace,
  named: string,
  option: unknown,
): Promise<{ place: ObjectStore; manifest: BackupManifest }> {
  const { place, name: placeName } = await openPlace(workspace, option, '--from');
  const { getBackup } = await import('@tintype/core/backup/list-backups');
  return { place, manifest: await getBackup({ place }, { name: named, placeName }) };
}

const create: CommandRecord = {
  name: 'backup create',
  summary: 'keep all rows and bytes of this moment, while work goes on',
  options: [
    {
      flags: '--to <place>',
      description: `where to: ${placeForms}; bytes are copied there (default: beside the workspace's own bytes, which it refers to)`,
    },
    { flags: '--keep <number>', description: 'remove older backups but for so many', range: [1, 10_000] },
    { flags: '--every <time>', description: 'again and again until Ctrl+C: 6h, 1d' },
  ],
  examples: [
    'tintype backup create',
    'tintype backup create --to s3://safe/shop --keep 14',
    'tintype backup create --to file:/mnt/backups/shop --every 24h --keep 14',
  ],
  async run(context, _args, options) {
    const { parseDuration } = await import('../parse-duration.ts');
    const everyMs = options.every === undefined ? undefined : parseDuration(options.every as string, '--every');
    await using workspace = await context.openWorkspace();
    const target = await openPlace(workspace, options.to, '--to');
    const make = (): Promise<void> =>
      makeBackup(context, { workspace, target, keep: options.keep as number | undefined });
    if (everyMs === undefined) await make();
    else await repeat(context, everyMs, make);
  },
};

async function makeBackup(
  context: CommandContext,
  { workspace, target: { place, name }, keep }: { workspace: Workspace; target: Place; keep: number | undefined },
): Promise<void> {
  const [{ createBackup }, { removeOldBackups, summarizeManifest }, { version }] = await Promise.all([
    import('@tintype/core/backup/create-backup'),
    import('@tintype/core/backup/list-backups'),
    import('../version.ts'),
  ]);
  const { catalog, archive, store, clock } = workspace;
  const begun = performance.now();
  const manifest = await createBackup(
    { catalog, archive, store, place, clock },
    {
      madeBy: version,
      signal: context.signal,
      onProgress: ({ stage, done }) => context.output.progress(`backup  ${stage}  ${integer(done)}`),
    },
  );
  const removed = keep === undefined ? [] : await removeOldBackups({ place, clock }, { keep });
  const result = { backup: summarizeManifest(manifest), place: name, removed };
  context.output.result(result, () => renderCreated(manifest, { ...result, durationMs: performance.now() - begun }));
}

function renderCreated(
  { missingObjects }: BackupManifest,
  {
    backup,
    place,
    removed,
    durationMs,
  }: { backup: BackupSummary; place: string; removed: string[]; durationMs: number },
): string {
  const lines = [
    `Backup ${backup.id} in ${printable(place)}: ${counted(backup.rows, 'row')}, ${counted(backup.objects, 'object')} of ${formatBytes(backup.objectBytes)}, in ${duration(durationMs)}.`,
  ];
  if (missingObjects > 0)
    lines.push(
      `${counted(missingObjects, 'object')} that rows refer to could not be kept: missing or changed already.`,
    );
  if (removed.length > 0) lines.push(`Removed ${removed.join(', ')}.`);
  lines.push(`Next: tintype backup verify ${backup.id}`);
  return lines.join('\n');
}

const list = (name: string): CommandRecord => ({
  name,
  summary:
    name === 'backup' ? 'backups of the workspace: create, list, verify, restore' : 'list the backups, newest first',
  options: [from],
  examples: [`tintype ${name}`, `tintype ${name} --from s3://safe/shop`],
  async run(context, _args, options) {
    await using workspace = await context.openWorkspace();
    const { place, name: placeName } = await openPlace(workspace, options.from, '--from');
    const { listBackups } = await import('@tintype/core/backup/list-backups');
    const items = await listBackups({ place });
    context.output.result({ place: placeName, items }, () =>
      items.length === 0 ? `No backup in ${printable(placeName)} yet.\nNext: tintype backup create` : renderList(items),
    );
  },
});

const renderList = (backups: readonly BackupSummary[]): string =>
  table(
    ['backup', 'state', 'made', '>samples', '>labels', '>versions', '>objects', '>bytes', 'verified'],
    backups.map((one) => [
      one.id,
      one.because === 'upgrade' ? `${one.state}, before an upgrade` : one.state,
      moment(one.createdAt),
      ...(one.state === 'whole'
        ? [integer(one.samples), integer(one.labels), integer(one.versions), integer(one.objects)]
        : ['', '', '', '']),
      one.state === 'whole' ? formatBytes(one.objectBytes) : '',
      describeVerified(one),
    ]),
  );

function describeVerified({ state, verified }: BackupSummary): string {
  if (verified) return verified.problems === 0 ? moment(verified.at) : counted(verified.problems, 'problem');
  return state === 'whole' ? 'not yet' : '';
}

const verify: CommandRecord = {
  name: 'backup verify',
  summary: 'read all of a backup and compare every byte with its hash',
  arguments: '<backup>',
  options: [from],
  examples: ['tintype backup verify latest', 'tintype backup verify latest --from file:/mnt/backups/shop'],
  async run(context, [named = ''], options) {
    await using workspace = await context.openWorkspace();
    const { place, manifest } = await findBackup(workspace, named, options.from);
    const [{ verifyBackup }, { assertUndamaged, recordVerification }] = await Promise.all([
      import('@tintype/core/backup/verify-backup'),
      import('@tintype/core/backup/verification'),
    ]);
    const report = await verifyBackup({ place, clock: workspace.clock }, manifest, {
      signal: context.signal,
      onProgress: (done, total) => context.output.progress(`verify  ${integer(done)} of ${integer(total)}`),
    });
    context.output.result(report, () => renderReport(report));
    // Whoever may only read there has verified it all the same.
    await recordVerification({ place, clock: workspace.clock }, report).catch((error: unknown) => {
      context.output.notice(`That it was verified could not be kept there: ${printable((error as Error).message)}`);
    });
    assertUndamaged(report);
  },
};

function renderReport(report: BackupReport): string {
  const read = `${counted(report.rows, 'row')} and ${counted(report.objects, 'object')}, ${formatBytes(report.checkedBytes)} in ${duration(report.durationMs)}`;
  if (report.problemCount === 0) {
    const without =
      report.missingObjects > 0 ? ` ${counted(report.missingObjects, 'object')} could not be kept then.` : '';
    return `Backup ${report.id} is what was written: ${read}.${without}`;
  }
  const shown = report.problems.slice(0, 20).map(({ what, problem }) => [printable(what), problem]);
  return `${table(['part or object', 'problem'], shown)}\n${counted(report.problemCount, 'problem')} in ${read}.`;
}

const restore: CommandRecord = {
  name: 'backup restore',
  summary: 'bring a backup back into an empty workspace, whatever database and store it has',
  arguments: '<backup>',
  options: [from],
  examples: ['tintype backup restore latest', 'tintype backup restore 20261126T120533Z-1a2b3c --from s3://safe/shop'],
  async run(context, [named = ''], options) {
    await using workspace = await context.openWorkspace();
    const { place, manifest } = await findBackup(workspace, named, options.from);
    const { restoreBackup } = await import('@tintype/core/backup/restore-backup');
    const { archive, store, clock } = workspace;
    const report = await restoreBackup({ archive, store, place, clock }, manifest, {
      signal: context.signal,
      onProgress: ({ stage, done, total }) =>
        context.output.progress(`restore  ${stage}  ${integer(done)} of ${integer(total)}`),
    });
    context.output.result(report, () => renderRestored(report));
  },
};

export function renderRestored(report: RestoreReport): string {
  const missing =
    report.missingObjects > 0 ? `\n${counted(report.missingObjects, 'object')} was missing when it was made.` : '';
  return (
    `Restored backup ${report.id} of ${moment(report.createdAt)}: ${counted(report.rows, 'row')}, ` +
    `${counted(report.objects, 'object')} checked, ${integer(report.copiedObjects)} of them copied, in ${duration(report.durationMs)}.` +
    `${missing}\nNext: tintype catalog`
  );
}

export const backupCommands: readonly CommandRecord[] = [list('backup'), create, list('backup list'), verify, restore];
