/** @file Which version an alias named when, and who moved it. */
import { Skeleton } from '@mantine/core';
import type { AliasLogEntry } from '@tintype/contracts/registry';
import { Link } from 'wouter';
import { formatTime } from '../../components/format.ts';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import classes from './AliasHistory.module.css';
import { Promotion } from './Promotion.tsx';
import { useHistory } from './use-registry.ts';
import { versionPath } from './VersionTable.tsx';
import { findRollback } from './versions.ts';

export function AliasHistory({ model }: { model: string }) {
  const { data, error, refetch } = useHistory(model);
  const rollback = data && findRollback(data.items);
  return (
    <section className={classes.history} aria-label={`Alias history of ${model}`}>
      <div className={classes.head}>
        <h3>What was live when</h3>
        {rollback !== undefined && <Promotion model={model} version={rollback} isRollback />}
      </div>
      {data ? (
        <ol>
          {[...data.items]
            .sort((a, b) => b.at - a.at)
            .map((entry) => (
              <Entry key={`${entry.alias} ${entry.at} ${entry.version}`} entry={entry} />
            ))}
          {data.items.length === 0 && <li>No alias was moved yet.</li>}
        </ol>
      ) : error ? (
        <ProblemNotice error={error} onRetry={() => void refetch()} />
      ) : (
        <Skeleton height={44} />
      )}
    </section>
  );
}

function Entry({ entry }: { entry: AliasLogEntry }) {
  return (
    <li>
      <time dateTime={new Date(entry.at).toISOString()}>{formatTime(entry.at)}</time>
      <span>
        <strong>{entry.alias}</strong>
        {entry.version === null ? (
          ' was taken away'
        ) : (
          <>
            {' to '}
            <Link href={versionPath(entry.model, entry.version)}>version {entry.version}</Link>
          </>
        )}
        {entry.previous !== null && ` from version ${entry.previous}`}, by {entry.by}
      </span>
    </li>
  );
}
