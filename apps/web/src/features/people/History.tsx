/** @file What one person said of which picture, the last first, with what became of it. */
import { Button, NativeSelect } from '@mantine/core';
import type { HistoryEntry } from '@tintype/contracts/people';
import { Link, useLocation } from 'wouter';
import { ClassMark } from '../../components/ClassMark.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCounted, formatTime } from '../../components/format.ts';
import { PeopleIcon } from '../../components/icons.tsx';
import panel from '../../components/Panel.module.css';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import { useSession } from '../access/use-session.ts';
import classes from './History.module.css';
import parts from './Parts.module.css';
import { historyPath } from './people-tabs.ts';
import { useAgreement, usePersonHistory } from './use-people.ts';

export function History({ dataset }: { dataset: string | undefined }) {
  const { data: session } = useSession();
  const mayOthers = session?.identity?.scopes.includes('train') ?? false;
  const me = session?.identity?.name ?? '';
  const [path, go] = useLocation();
  const named = path.split('/')[3];
  const who = mayOthers && named !== undefined ? decodeURIComponent(named) : me;
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = usePersonHistory(
    dataset,
    who === me ? undefined : who,
  );
  const entries = data?.pages.flatMap(({ items }) => items) ?? [];
  const total = data?.pages[0]?.total ?? 0;
  return (
    <section className={panel.panel} aria-label="History">
      <div className={panel.head}>
        <div>
          <h2>{who === me ? 'What you said' : `What ${who} said`}</h2>
          <p>{data ? formatCounted(total, 'label') : ' '}</p>
        </div>
        {mayOthers && <PersonSelect dataset={dataset} who={who} me={me} onChoose={(name) => go(historyPath(name))} />}
      </div>
      {error && !data && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {dataset !== undefined && isPending && <Waiting what="what was said" height={280} />}
      {(dataset === undefined || data) && entries.length === 0 && <NothingSaid isMe={who === me} />}
      <ol className={classes.entries}>
        {entries.map((entry) => (
          <Entry key={entry.id} entry={entry} />
        ))}
      </ol>
      {hasNextPage && (
        <div className={parts.foot}>
          <Button variant="subtle" color="gray" loading={isFetchingNextPage} onClick={() => void fetchNextPage()}>
            Show more
          </Button>
        </div>
      )}
    </section>
  );
}

interface PersonSelectProps {
  dataset: string | undefined;
  who: string;
  me: string;
  onChoose: (name: string) => void;
}

function PersonSelect({ dataset, who, me, onChoose }: PersonSelectProps) {
  const { data } = useAgreement(dataset);
  const names = new Set([me, who, ...(data?.people.map(({ annotator }) => annotator) ?? [])]);
  return (
    <NativeSelect
      aria-label="Person"
      value={who}
      data={[...names].toSorted()}
      onChange={(event) => onChoose(event.currentTarget.value)}
    />
  );
}

function NothingSaid({ isMe }: { isMe: boolean }) {
  return (
    <EmptyState icon={<PeopleIcon size={26} />} title={isMe ? 'You have labeled nothing yet' : 'Nothing labeled yet'}>
      {isMe && <Link href="/label">Start to label</Link>}
    </EmptyState>
  );
}

/** What became of it: nothing where it is still the label. */
function outcome({ source, className, now }: HistoryEntry): string {
  if (source === 'opinion') return className === now ? 'asked blind, as the label' : 'asked blind, unlike the label';
  return className === now ? '' : 'changed since';
}

function Entry({ entry }: { entry: HistoryEntry }) {
  const became = outcome(entry);
  return (
    <li>
      <Link href={`/pictures?sample=${entry.sampleId}`} title={entry.path}>
        <Thumbnail sampleId={entry.sampleId} alt={entry.path} />
      </Link>
      {entry.className === null ? (
        <span className={parts.dim}>Label taken away</span>
      ) : (
        <ClassMark className={entry.className} />
      )}
      <time className={classes.fact} dateTime={new Date(entry.at).toISOString()}>
        {formatTime(entry.at)}
      </time>
      {became && <span className={classes.fact}>{became}</span>}
    </li>
  );
}
