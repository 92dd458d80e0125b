/** @file `tintype jobs`: what workers have done, do and will do, and what a person does about it. */
import type { Job } from '@tintype/contracts/job';
import type { PartCounts } from '@tintype/core/ports/job-queue';
import type { CommandContext, CommandRecord } from '../command.ts';
import { integer, moment, printable, table } from '../format.ts';

const shownParts = 10;
const statuses: readonly Job['status'][] = ['queued', 'running', 'succeeded', 'failed', 'cancelled'];

const list = (name: string): CommandRecord => ({
  name,
  summary:
    name === 'jobs' ? 'work for workers: list, show, cancel, retry, drop' : 'list the last 100 jobs, newest first',
  options: [
    { flags: '--status <status>', description: 'only those; failed ones wait to be tried again', choices: statuses },
  ],
  examples: [`tintype ${name}`, `tintype ${name} --status failed`],
  async run(context, _args, { status }) {
    await using workspace = await context.openWorkspace();
    const jobs = await workspace.queue.list(status === undefined ? {} : { status: status as Job['status'] });
    context.output.result({ items: jobs }, () =>
      jobs.length === 0
        ? 'No job.'
        : table(
            ['job', 'work', 'status', '>priority', 'added', 'where it stands'],
            jobs.map((job) => [job.id, job.kind, job.status, job.priority, moment(job.createdAt), describe(job)]),
          ),
    );
  },
});

function describe({ status, error, progress, retryAt }: Job): string {
  if (retryAt !== null) return `begun again at ${moment(retryAt)}: ${printable(error?.detail ?? '')}`;
  if (status === 'failed') return printable(error?.detail ?? '');
  if (status === 'succeeded' || status === 'cancelled' || !progress) return '';
  const { stage, done, total, note } = progress;
  const count = typeof done === 'number' && typeof total === 'number' ? ` ${integer(done)} of ${integer(total)}` : '';
  return printable(
    `${typeof stage === 'string' ? stage : ''}${count}${typeof note === 'string' ? `, ${note}` : ''}`.trim(),
  );
}

const show: CommandRecord = {
  name: 'jobs show',
  summary: 'one job: what was asked, where it stands, how it ended, its parts',
  arguments: '<job>',
  options: [],
  examples: ['tintype jobs show job_0123456789abcdef0123'],
  async run(context, [id = '']) {
    await using workspace = await context.openWorkspace();
    const { queue } = workspace;
    const job = await queue.get(id);
    const parts = await queue.countParts(id);
    const failed = await queue.listParts(id, { status: 'failed', limit: shownParts });
    context.output.result({ ...job, parts, failedParts: failed }, () => renderJob(job, parts, failed));
  },
};

function renderJob(job: Job, parts: PartCounts, failed: readonly Job[]): string {
  const rows = [
    ['work', job.kind],
    ['status', job.status],
    ['asked', printable(JSON.stringify(job.input))],
    ['added', moment(job.createdAt)],
    ['begun', job.startedAt === null ? 'not yet' : `${moment(job.startedAt)}, ${integer(job.attempts)} times now`],
    ['ended', job.endedAt === null ? 'not yet' : moment(job.endedAt)],
    ['stands', describe(job)],
    ['result', job.result === null ? '' : printable(JSON.stringify(job.result))],
    ['error', job.error === null ? '' : printable(`${job.error.code}: ${job.error.detail} ${job.error.hint}`)],
    [
      'parts',
      statuses
        .filter((one) => parts[one].jobs > 0)
        .map((one) => `${integer(parts[one].jobs)} ${one}`)
        .join(', '),
    ],
    ...failed.map((part) => ['failed part', `${part.id}: ${printable(part.error?.detail ?? '')}`]),
  ];
  return table(
    [job.id, ''],
    rows.filter(([, value]) => value !== ''),
  );
}

const change = (
  name: 'cancel' | 'retry' | 'drop',
  {
    summary,
    done,
    perform,
  }: Pick<CommandRecord, 'summary'> & {
    done: string;
    perform: (queue: Awaited<ReturnType<CommandContext['openWorkspace']>>['queue'], id: string) => Promise<unknown>;
  },
): CommandRecord => ({
  name: `jobs ${name}`,
  summary,
  arguments: '<job...>',
  options: [],
  examples: [`tintype jobs ${name} job_0123456789abcdef0123`],
  async run(context, ids) {
    await using workspace = await context.openWorkspace();
    const { recordChange } = await import('@tintype/core/access/record-change');
    for (const id of ids) {
      await perform(workspace.queue, id);
      await recordChange(workspace, { name: 'cli' }, { action: `${name}Job`, target: id });
      context.output.result({ job: id, done }, () => `${id} ${done}.`);
    }
  },
});

export const jobsCommands: readonly CommandRecord[] = [
  list('jobs'),
  list('jobs list'),
  show,
  change('cancel', {
    summary: 'end jobs with their parts; who works on them learns of it within a second or two',
    done: 'is cancelled',
    perform: (queue, id) => queue.cancel(id),
  }),
  change('retry', {
    summary: 'begin failed or cancelled jobs again, where they stood as far as they can',
    done: 'waits for a worker',
    perform: (queue, id) => queue.retry(id),
  }),
  change('drop', {
    summary: 'forget jobs that have ended',
    done: 'is forgotten',
    perform: (queue, id) => queue.remove(id),
  }),
];
