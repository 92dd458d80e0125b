/** @file The record of changes: who did what to what, the last first. */
import { Button, TextInput } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { AuditEntry } from '@tintype/contracts/access';
import { useState } from 'react';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCounted, formatTime } from '../../components/format.ts';
import { SearchIcon } from '../../components/icons.tsx';
import panel from '../../components/Panel.module.css';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import classes from './Audit.module.css';
import { describeAction, describeDetails } from './audit-words.ts';
import parts from './Parts.module.css';
import { useAudit } from './use-access.ts';

const typingMs = 250;

export function Audit() {
  const [who, setWho] = useState('');
  const [action, setAction] = useState('');
  const [filter] = useDebouncedValue({ who: who.trim() || undefined, action: action.trim() || undefined }, typingMs);
  const { data, error, isPending, refetch, hasNextPage, fetchNextPage, isFetchingNextPage } = useAudit(filter);
  const entries = data?.pages.flatMap(({ items }) => items) ?? [];
  return (
    <section className={panel.panel} aria-label="Record of changes">
      <div className={panel.head}>
        <div>
          <h2>Record of changes</h2>
          <p>{data ? formatCounted(data.pages[0]?.total ?? 0, 'change') : ' '}</p>
        </div>
        <search className={classes.filter} aria-label="Filter">
          <TextInput
            aria-label="Who"
            placeholder="Who"
            leftSection={<SearchIcon size={16} />}
            value={who}
            maxLength={64}
            onChange={(event) => setWho(event.currentTarget.value)}
          />
          <TextInput
            aria-label="Action"
            placeholder="Action, such as revokeToken"
            value={action}
            maxLength={64}
            onChange={(event) => setAction(event.currentTarget.value)}
          />
        </search>
      </div>
      {error && !data && <ProblemNotice error={error} onRetry={() => void refetch()} />}
      {isPending && <Waiting what="the record" height={320} />}
      {data && entries.length === 0 && <Nothing isFiltered={Boolean(filter.who || filter.action)} />}
      {entries.length > 0 && <AuditTable entries={entries} />}
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

function Nothing({ isFiltered }: { isFiltered: boolean }) {
  return (
    <EmptyState icon={<SearchIcon size={26} />} title={isFiltered ? 'No such change' : 'Nothing was changed yet'}>
      <p>
        {isFiltered
          ? 'Names are written out: of a user or token, and of an operation as in the API.'
          : 'Every label, promotion, user and token that changes is recorded here, and no entry can be changed.'}
      </p>
    </EmptyState>
  );
}

function AuditTable({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <div className={panel.scroller}>
      <table className={panel.table}>
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col" className={parts.wide}>
              Of what
            </th>
            <th scope="col" className={parts.wide}>
              Details
            </th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td data-narrow>
                <time dateTime={new Date(entry.at).toISOString()}>{formatTime(entry.at)}</time>
              </td>
              <td title={entry.tokenId ?? entry.sessionId ?? undefined}>{entry.who}</td>
              <td data-wrap title={entry.action}>
                {describeAction(entry.action)}
                <span className={classes.narrow}>{entry.target}</span>
              </td>
              <td data-wrap className={parts.wide}>
                {entry.target}
              </td>
              <td data-wrap className={`${parts.wide} ${parts.dim}`}>
                {describeDetails(entry.details)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
