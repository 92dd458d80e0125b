/** @file Try: pictures in, probabilities out, by the server or by this browser. */
import { Button, Skeleton } from '@mantine/core';
import type { WorkspaceView } from '@tintype/contracts/api';
import { lazy, Suspense, useState } from 'react';
import { Command } from '../../components/Command.tsx';
import { formatCount, formatCounted } from '../../components/format.ts';
import { CardsIcon, DownloadIcon, RetryIcon, TableIcon, WarnIcon } from '../../components/icons.tsx';
import { useHealth, useWorkspace } from '../../components/use-workspace.ts';
import { describeHealth } from '../../shell/health.ts';
import screen from '../../shell/Screen.module.css';
import { DropTarget } from './DropTarget.tsx';
import { type PredictionQueue, usePredictionQueue } from './PredictionsProvider.tsx';
import { countQueue, listRetryable, type Queue, type QueueCounts } from './prediction-queue.ts';
import { SnippetsDisclosure } from './SnippetsDisclosure.tsx';
import classes from './TryScreen.module.css';
import { usePaste } from './use-paste.ts';

const OtherWays = lazy(() => import('./OtherWays.tsx').then((module) => ({ default: module.OtherWays })));
const AnswerCards = lazy(() => import('./AnswerCards.tsx').then((module) => ({ default: module.AnswerCards })));
const AnswersTable = lazy(() => import('./AnswersTable.tsx').then((module) => ({ default: module.AnswersTable })));
const BrowserPanel = lazy(() =>
  import('./browser/BrowserPanel.tsx').then((module) => ({ default: module.BrowserPanel })),
);

export function TryScreen() {
  const predictions = usePredictionQueue();
  const { queue, add, addAddress, retry, clear, isOnlyHere } = predictions;
  const [isTable, setTable] = useState(false);
  usePaste({ onFiles: add, onAddress: addAddress });
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
      {isOnlyHere ? (
        <p className={classes.serving}>Answers come from this browser. Pictures do not leave it.</p>
      ) : (
        <HealthNotice />
      )}
      <DropTarget onFiles={add} isSmall={queue.length > 0} />
      <div className={classes.ways}>
        <Suspense fallback={<span />}>
          <OtherWays onFiles={add} onAddress={isOnlyHere ? undefined : addAddress} />
        </Suspense>
        {queue.length > 0 && <ViewActions isTable={isTable} onTable={setTable} queue={queue} />}
      </div>
      {queue.length > 0 && <Answers predictions={predictions} isTable={isTable} />}
      <Suspense fallback={<Skeleton height={92} radius={8} />}>
        <BrowserPanel />
      </Suspense>
      <SnippetsDisclosure />
    </div>
  );
}

function Answers({ predictions, isTable }: { predictions: PredictionQueue; isTable: boolean }) {
  const { queue, parity, remove, getPreviewUrl } = predictions;
  if (isTable)
    return (
      <Suspense fallback={<Skeleton height={44 * Math.min(12, queue.length + 1)} radius={10} />}>
        <AnswersTable queue={queue} parity={parity} getPreviewUrl={getPreviewUrl} onRemove={remove} />
      </Suspense>
    );
  return (
    <Suspense fallback={<Skeleton height={560} radius={10} />}>
      <AnswerCards predictions={predictions} />
    </Suspense>
  );
}

/** Cards or a table, and the table as a file. */
function ViewActions({
  isTable,
  onTable,
  queue,
}: {
  isTable: boolean;
  onTable: (isTable: boolean) => void;
  queue: Queue;
}) {
  return (
    <div className={classes.view}>
      <Button.Group>
        <Button
          variant="default"
          aria-pressed={!isTable}
          leftSection={<CardsIcon size={16} />}
          onClick={() => onTable(false)}
        >
          Cards
        </Button>
        <Button
          variant="default"
          aria-pressed={isTable}
          leftSection={<TableIcon size={16} />}
          onClick={() => onTable(true)}
        >
          Table
        </Button>
      </Button.Group>
      <Button variant="default" leftSection={<DownloadIcon size={16} />} onClick={() => void downloadAnswers(queue)}>
        CSV
      </Button>
    </div>
  );
}

async function downloadAnswers(queue: Queue): Promise<void> {
  const [{ writeAnswersCsv }, { downloadText }] = await Promise.all([
    import('./answers-csv.ts'),
    import('../../components/download.ts'),
  ]);
  downloadText('answers.csv', writeAnswersCsv(queue));
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
