/** @file Which pictures a report is about, and what to do where no answers are kept for them. */
import { Button, SegmentedControl } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import type { AnswerScope, EvaluationReport } from '@tintype/contracts/evaluation-report';
import { type ReactNode, useEffect, useState } from 'react';
import { Command } from '../../components/Command.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCounted, formatShareWithInterval } from '../../components/format.ts';
import { ModelsIcon } from '../../components/icons.tsx';
import { JobProgress } from '../../components/JobProgress.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { useAddJob, useJob } from '../../components/use-jobs.ts';
import { useScope } from '../../components/use-scope.ts';
import { modelsKey } from '../../components/use-workspace.ts';
import { Waiting } from '../../components/Waiting.tsx';
import classes from './ReportScope.module.css';
import { useReport, type VersionName } from './use-report.ts';

const scopes: readonly { value: AnswerScope; label: string; words: string }[] = [
  { value: 'test', label: 'Test split', words: 'of the snapshot it was trained on' },
  { value: 'unseen', label: 'All it never saw', words: 'in the test split, or added since and scored' },
];

export interface ReportScopeProps {
  name: VersionName;
  /** Absent where the version was imported: nothing is then of its test split. */
  snapshot: string | null;
  children: (report: EvaluationReport) => ReactNode;
}

export function ReportScope({ name, snapshot, children }: ReportScopeProps) {
  const [on, setOn] = useState<AnswerScope>(snapshot === null ? 'unseen' : 'test');
  const { data, error, refetch } = useReport(name, on);
  const scope = scopes.find(({ value }) => value === on);
  return (
    <>
      <div className={classes.bar}>
        {snapshot !== null && (
          <SegmentedControl
            aria-label="Judged on"
            value={on}
            onChange={(value) => setOn(value as AnswerScope)}
            data={scopes.map(({ value, label }) => ({ value, label }))}
          />
        )}
        <p className={classes.words}>
          {data && data.pictures > 0
            ? `${formatCounted(data.pictures, 'picture')} ${scope?.words ?? ''}. Accuracy ${formatShareWithInterval(data.accuracy, data.accuracyInterval)}.`
            : '\u00a0'}
        </p>
        {on === 'unseen' && data && data.pictures > 0 && (
          <KeepAnswers kind="score" name={name} label="Score the new pictures" />
        )}
      </div>
      {error && !data ? <ProblemNotice error={error} onRetry={() => void refetch()} /> : null}
      {!error && !data && <Waiting what="the answers for these pictures" height={360} />}
      {data && (data.pictures > 0 ? children(data) : <NoAnswers name={name} on={on} />)}
    </>
  );
}

function NoAnswers({ name, on }: { name: VersionName; on: AnswerScope }) {
  const reference = `${name.model}@${name.version}`;
  return (
    <EmptyState icon={<ModelsIcon size={26} />} title="Its answers were not kept picture by picture">
      {on === 'test' ? (
        <>
          <p>
            It was registered before that was done. Evaluate it again; that takes a few seconds for every thousand
            pictures.
          </p>
          <KeepAnswers kind="evaluate" name={name} label="Evaluate it" />
          <Command line={`npx tintype evaluate ${reference}`} />
        </>
      ) : (
        <>
          <p>Let it answer for the whole dataset; pictures with a label that it was not trained on are then judged.</p>
          <KeepAnswers kind="score" name={name} label="Score the dataset" />
        </>
      )}
    </EmptyState>
  );
}

/** Asks for the job that keeps a version's answers, and shows how far it is; what is shown is then asked again. */
export function KeepAnswers({ kind, name, label }: { kind: 'evaluate' | 'score'; name: VersionName; label: string }) {
  const isAllowed = useScope('train');
  const client = useQueryClient();
  const addJob = useAddJob();
  const [id, setId] = useState<string>();
  const { data: job } = useJob(id);
  const isDone = job?.status === 'succeeded';
  useEffect(() => {
    if (isDone) void client.invalidateQueries({ queryKey: modelsKey });
  }, [client, isDone]);
  if (!isAllowed) return null;
  if (job && !isDone) return <JobProgress job={job} title={label} />;
  const input = { model: `${name.model}@${name.version}` };
  return (
    <>
      <Button
        variant={kind === 'evaluate' ? 'filled' : 'default'}
        loading={addJob.isPending}
        onClick={() => addJob.mutate({ kind, input }, { onSuccess: (added) => setId(added.id) })}
      >
        {label}
      </Button>
      {addJob.isError && <ProblemNotice error={addJob.error} />}
    </>
  );
}
