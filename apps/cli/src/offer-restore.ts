/** @file Before and after a first start: an empty catalog beside a store that holds backups. */

import type { CommandContext } from './command.ts';
import { counted, moment } from './format.ts';

/** With `--restore-latest`: a catalog that is empty is restored before anything else; every other is left as it is. */
export async function restoreLatestIfEmpty(context: CommandContext): Promise<void> {
  const [{ restoreLatest }, { renderRestored }] = await Promise.all([
    import('@tintype/core/backup/offer-restore'),
    import('./commands/backup.ts'),
  ]);
  await using workspace = await context.openWorkspace();
  const report = await restoreLatest(workspace, { signal: context.signal });
  if (report) for (const line of renderRestored(report).split('\n')) context.output.notice(line);
}

/** Says that there is something to restore. What keeps it from looking is no reason to fail: others say it. */
export async function offerRestore(context: CommandContext): Promise<void> {
  try {
    const { findRestorable } = await import('@tintype/core/backup/offer-restore');
    await using workspace = await context.openWorkspace();
    const latest = await findRestorable(workspace);
    if (!latest) return;
    const samples = counted(latest.rowCounts.samples ?? 0, 'sample');
    context.output.notice(
      `The catalog is empty, and the store holds a backup of ${moment(latest.createdAt)} with ${samples}.`,
    );
    context.output.notice('To go on from it: tintype backup restore latest (or start with --restore-latest).');
  } catch {
    // The command itself tells what is wrong with the workspace.
  }
}
