/** @file `tintype verify`: looks for everything that is not as it was promised, and mends it where that is asked. */
import { formatBytes } from '@tintype/contracts/errors';
import type { Finding, VerifyReport } from '@tintype/contracts/verify';
import type { CommandRecord } from '../command.ts';
import { counted, duration, integer, printable, table } from '../format.ts';

const shownFindings = 20;
/** Of data that is not as it should be (sysexits). */
const damagedExit = 65;

export const verifyCommand: CommandRecord = {
  name: 'verify',
  summary: 'find what is missing, damaged or left over, and mend it',
  options: [
    { flags: '--repair', description: 'mend what can be mended; labeled data is never deleted' },
    { flags: '--quick', description: 'read no bytes: only whether they are there, and how many' },
  ],
  examples: ['tintype verify', 'tintype verify --quick', 'tintype verify --repair --json'],
  async run(context, _args, options) {
    const { verifyCacheBytes: cacheBytes, verifyWorkspace } = await import('@tintype/core/verify/verify-workspace');
    await using workspace = await context.openWorkspace({ cacheBytes });
    const { catalog, store, runFolders, clock, config } = workspace;
    let pool: ReturnType<typeof context.openPool> | undefined;
    const openPool = (): ReturnType<typeof context.openPool> => {
      pool ??= context.openPool(workspace, 1);
      return pool;
    };
    try {
      const report = await verifyWorkspace(
        { catalog, store, runFolders, clock, limits: config.limits, openPool },
        {
          repairs: options.repair === true,
          isQuick: options.quick === true,
          signal: context.signal,
          onProgress: ({ stage, pictures, sizeBytes }) =>
            context.output.progress(`verify  ${stage}  ${integer(pictures)} pictures, ${formatBytes(sizeBytes)} read`),
        },
      );
      context.output.result(report, () => render(report));
      if (!report.isSound) process.exitCode = damagedExit;
    } finally {
      await (await pool)?.[Symbol.asyncDispose]();
    }
  },
};

function render(report: VerifyReport): string {
  const { pictures, objects, sizeBytes, durationMs, isQuick } = report;
  const read = isQuick ? 'no bytes read' : `${formatBytes(sizeBytes)} read`;
  const looked = `${counted(pictures, 'picture')}, ${counted(objects, 'object')}, ${read}, in ${duration(durationMs)}.`;
  return [...renderFindings(report.findings), summarize(report), looked].join('\n');
}

function renderFindings(findings: readonly Finding[]): string[] {
  if (findings.length === 0) return [];
  const shown = findings.slice(0, shownFindings);
  const rows = shown.map(({ kind, detail, repair }) => [kind, printable(detail), printable(repair ?? '-')]);
  const more = findings.length - shown.length;
  return [table(['kind', 'what', 'done'], rows), ...(more > 0 ? [`and ${integer(more)} more (--json).`] : []), ''];
}

function summarize({ damage, leftovers, repaired, isSound }: VerifyReport): string {
  if (damage + leftovers === 0) return 'Everything is as it was promised.';
  const found = `${integer(damage)} damaged, ${integer(leftovers)} left over, ${integer(repaired)} mended.`;
  return isSound ? `Nothing is damaged: ${found}` : `${found}\nNext: tintype verify --repair`;
}
