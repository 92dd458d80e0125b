/** @file Try: pictures in, probabilities out. */
import { Button, Skeleton } from '@mantine/core';
import type { WorkspaceView } from '@tintype/contracts/api';
import { Command } from '../../components/Command.tsx';
import { formatCount, formatCounted } from '../../components/format.ts';
import { RetryIcon, WarnIcon } from '../../components/icons.tsx';
import { useHealth, useWorkspace } from '../../components/use-workspace.ts';
import { describeHealth } from '../../shell/health.ts';
import screen from '../../shell/Screen.module.css';
import { DropTarget } from './DropTarget.tsx';
import { PredictionCard } from './PredictionCard.tsx';
import { usePredictionQueue } from './PredictionsProvider.tsx';
import { countQueue, listRetryable, type QueueCounts } from './prediction-queue.ts';
import { SnippetsDisclosure } from './SnippetsDisclosure.tsx';
import classes from './TryScreen.module.css';
import { usePaste } from './use-paste.ts';

export function TryScreen() {
  const { queue, add, retry, remove, clear, getPreviewUrl } = usePredictionQueue();
  usePaste(add);
  const counts = countQueue(queue);
  const failedIds = listRetryable(queue);
  return (
    <div className={screen.screen}>
      <div className={classes.top}>
        <h1>Try the model</h1>
        <output className={classes.summary}>{describeCounts(counts)}</output>
        <div className={classes.actions}>
          {failedIds.length > 0 && (
            <Button variant="default" leftSection={<RetryIcon size={16} />} onClick={() => retry(failedIds)}>
              Try {failedIds.length} again
            </Button>
          )}
          {queue.length > 0 && (
            <Button variant="subtle" color="gray" onClick={clear}>
              Clear
            </Button>
          )}
        </div>
      </div>
      <HealthNotice />
      <DropTarget onFiles={add} isSmall={queue.length > 0} />
      {queue.length > 0 && (
        <ul className={classes.cards} aria-label="Answers">
          {queue.map((entry) => (
            <PredictionCard
              key={entry.id}
              entry={entry}
              previewUrl={getPreviewUrl(entry.id)}
              onRetry={() => retry([entry.id])}
              onRemove={() => remove(entry.id)}
            />
          ))}
        </ul>
      )}
      <SnippetsDisclosure />
    </div>
  );
}

function describeCounts(counts: QueueCounts): string {
  if (counts.total === 0) return '';
  const parts = [
    counts.open > 0 ? `${formatCount(counts.open)} to go` : '',
    counts.answered > 0 ? `${formatCount(counts.answered)} answered` : '',
    counts.refused > 0 ? `${formatCount(counts.refused)} refused` : '',
    counts.failed > 0 ? `${formatCount(counts.failed)} failed` : '',
  ];
  return [formatCounted(counts.total, 'picture'), ...parts.filter((part) => part !== '')].join(' · ');
}

const keptSentences: Record<WorkspaceView['keeps'], string> = {
  nothing: 'Pictures you try are not kept.',
  answers: 'Pictures you try are not kept; some answers are, for review.',
  pictures: 'Some of the pictures you try are kept with their answers, for review.',
};

/** Which model answers, or why none does and what to do. The place is held from the first paint. */
function HealthNotice() {
  const { data, isError, isPending } = useHealth();
  const { data: workspace } = useWorkspace();
  if (isPending) return <Skeleton height={22} width={260} />;
  const state = describeHealth(data, !isError);
  if (state.tone === 'good') {
    return (
      <p className={classes.serving}>
        Answers come from <strong>{state.label}</strong>. {workspace && keptSentences[workspace.keeps]}
      </p>
    );
  }
  return (
    <section className={classes.notice} data-tone={state.tone} aria-label="State of the server">
      <WarnIcon />
      <div className={classes.words}>
        <p>{state.sentence}</p>
        {state.commands.map((line) => (
          <Command key={line} line={line} />
        ))}
      </div>
    </section>
  );
}
