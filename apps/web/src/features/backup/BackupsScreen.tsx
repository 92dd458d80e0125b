/** @file Backups: what is kept, since when and whether it was read whole; one more now, and the command that brings one back. */
import { Button } from '@mantine/core';
import type { BackupSummary, BackupsView } from '@tintype/contracts/backup';
import type { Job } from '@tintype/contracts/job';
import { useState } from 'react';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatCounted, formatSize, formatTime } from '../../components/format.ts';
import { BackupIcon } from '../../components/icons.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import panel from '../../components/Panel.module.css';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useCancelJob } from '../../components/use-jobs.ts';
import { Waiting } from '../../components/Waiting.tsx';
import screen from '../../shell/Screen.module.css';
import { useSession } from '../access/use-session.ts';
import classes from './BackupsScreen.module.css';
import { restoreCommand } from './restore-command.ts';
import { useBackupJob, useBackups, useStartBackup } from './use-backups.ts';

export function BackupsScreen() {
  const { data: session, error, refetch } = useSession();
  const isAdmin = session?.identity?.scopes.includes('admin');
  return (
    <div className={screen.screen}>
      <h1>Backups</h1>
      {!session && (error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Loading />)}
      {isAdmin === true && <Backups />}
      {session && isAdmin !== true && (
        <EmptyState icon={<BackupIcon size={26} />} title="For administrators">
          <p>Who can read a backup can read everything in it, so that backups are theirs alone.</p>
        </EmptyState>
      )}
    </div>
  );
}

const Loading = () => <Waiting what="the backups" height={280} />;

function Backups() {
  const { data, error, refetch } = useBackups();
  const start = useStartBackup();
  if (!data) return error ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : <Loading />;
  const jobId = data.job?.id ?? start.data?.id;
  return (
    <>
      <Start isBusy={data.job !== null || start.isPending} onStart={(verify) => start.mutate({ verify })} />
      {start.error && <ProblemNotice error={start.error} />}
      {jobId !== undefined && <Progress key={jobId} id={jobId} />}
      {data.items.length === 0 ? (
        <EmptyState icon={<BackupIcon size={26} />} title="No backups yet">
          <p>
            A backup holds all rows as they are at one moment, and a list of the pictures and models with their hashes.
          </p>
        </EmptyState>
      ) : (
        <BackupTable view={data} />
      )}
      <Elsewhere />
    </>
  );
}

function Start({ isBusy, onStart }: { isBusy: boolean; onStart: (verify: boolean) => void }) {
  const [verify, setVerify] = useState(false);
  return (
    <div className={classes.start}>
      <Button onClick={() => onStart(verify)} disabled={isBusy}>
        Back up now
      </Button>
      <label className={classes.choice}>
        <input type="checkbox" checked={verify} onChange={(event) => setVerify(event.currentTarget.checked)} />
        Read all of it afterwards
      </label>
    </div>
  );
}

/** One that has succeeded is in the list. */
function Progress({ id }: { id: string }) {
  const { data: job } = useBackupJob(id);
  const cancel = useCancelJob();
  if (!job || job.status === 'succeeded') return null;
  return (
    <JobProgress job={job} title="Backing up" onCancel={() => cancel.mutate(id)} isCancelling={cancel.isPending}>
      {describeCount(job)}
    </JobProgress>
  );
}

/** What is made is counted; how much it will be is known at the end. */
function describeCount({ progress, status }: Job): string {
  if (status !== 'running' || typeof progress?.done !== 'number' || progress.total !== undefined) return '';
  return formatCounted(progress.done, progress.stage === 'backup-rows' ? 'row' : 'object');
}

function BackupTable({ view: { items, total, place } }: { view: BackupsView }) {
  const [id, setId] = useState<string>();
  const chosen = items.find((backup) => backup.id === id);
  return (
    <section className={panel.panel} aria-label="Backups">
      <div className={panel.head}>
        <h2>{formatCounted(total, 'backup')}</h2>
        <p>in {place}</p>
      </div>
      <div className={panel.scroller}>
        <table className={panel.table}>
          <thead>
            <tr>
              <th scope="col">Made</th>
              <th scope="col" data-number className={classes.wide}>
                Samples
              </th>
              <th scope="col" data-number className={classes.wide}>
                Labels
              </th>
              <th scope="col" data-number className={classes.wide}>
                Versions
              </th>
              <th scope="col" data-number className={classes.wide}>
                Size
              </th>
              <th scope="col">Verified</th>
              <th scope="col" aria-label="Restore" />
            </tr>
          </thead>
          <tbody>
            {items.map((backup) => (
              <BackupRow
                key={backup.id}
                backup={backup}
                isChosen={id === backup.id}
                onChoose={() => setId(id === backup.id ? undefined : backup.id)}
              />
            ))}
          </tbody>
        </table>
      </div>
      {items.length < total && <p className={classes.note}>The newest {formatCount(items.length)} are shown.</p>}
      {chosen && <Restore backup={chosen} place={place} />}
    </section>
  );
}

interface BackupRowProps {
  backup: BackupSummary;
  isChosen: boolean;
  onChoose: () => void;
}

function BackupRow({ backup, isChosen, onChoose }: BackupRowProps) {
  const { id, createdAt, state, samples, labels, versions, objectBytes } = backup;
  const isWhole = state === 'whole';
  return (
    <tr className={classes.row} data-chosen={isChosen ? true : undefined}>
      <th scope="row" title={id}>
        {formatTime(createdAt)}
      </th>
      <td data-number className={classes.wide}>
        {isWhole ? formatCount(samples) : ''}
      </td>
      <td data-number className={classes.wide}>
        {isWhole ? formatCount(labels) : ''}
      </td>
      <td data-number className={classes.wide}>
        {isWhole ? formatCount(versions) : ''}
      </td>
      <td data-number className={classes.wide}>
        {isWhole ? formatSize(objectBytes) : ''}
      </td>
      <td data-wrap>{describeState(backup)}</td>
      <td data-actions>
        {isWhole && (
          <Button
            variant="default"
            size="compact-sm"
            aria-expanded={isChosen}
            aria-label={`Restore the backup of ${formatTime(createdAt)}`}
            onClick={onChoose}
          >
            Restore
          </Button>
        )}
      </td>
    </tr>
  );
}

function Restore({ backup: { id, createdAt }, place }: { backup: BackupSummary; place: string }) {
  return (
    <div className={classes.restore}>
      <p>
        To restore that of {formatTime(createdAt)}: in an empty workspace (npx tintype init), with the database and the
        store that it shall have from now on,
      </p>
      <Command line={restoreCommand({ id, place })} />
    </div>
  );
}

function describeState({ state, verified }: BackupSummary): string {
  if (state === 'unfinished') return 'not finished';
  if (state === 'damaged') return 'damaged: its list is not what was written';
  if (!verified) return 'not yet';
  return verified.problems === 0 ? formatTime(verified.at) : `${formatCounted(verified.problems, 'problem')} found`;
}

function Elsewhere() {
  return (
    <div className={classes.elsewhere}>
      <p>
        These lie beside the pictures: they help when the database is lost. For the loss of a disk or a bucket, back up
        to another place:
      </p>
      <Command line="npx tintype backup create --to s3://safe/shop --keep 14" />
      <p>All of a backup is read and compared by</p>
      <Command line="npx tintype backup verify latest" />
    </div>
  );
}
