/** @file What came of a run: a version with its accuracy, nothing, or why it failed. */
import type { ModelVersion } from '@tintype/contracts/registry';
import type { Run } from '@tintype/contracts/train';
import { Link } from 'wouter';
import { formatCounted, formatInterval, formatShare } from '../../components/format.ts';
import { StopIcon } from '../../components/icons.tsx';
import { versionPath } from '../registry/VersionTable.tsx';
import classes from './RunScreen.module.css';
import { isNetworkRun } from './run-words.ts';

export interface RunOutcomeProps {
  run: Run;
  version: ModelVersion | undefined;
  /** Whether it is known which versions there are. */
  isKnown: boolean;
}

export function RunOutcome({ run, version, isKnown }: RunOutcomeProps) {
  if (run.status === 'failed')
    return (
      <section className={classes.outcome} data-tone="bad" aria-label="Why it failed">
        <StopIcon />
        <div>
          <strong>{run.error?.detail ?? 'It ended without a word.'}</strong>
          <p className={classes.dim}>What served before serves on.</p>
        </div>
      </section>
    );
  if (run.status === 'cancelled')
    return (
      <section className={classes.outcome} aria-label="What came of it">
        <p>
          It was cancelled, and nothing of it was registered.
          {isNetworkRun(run) && ' Its last checkpoint is kept: it can go on as if it had never stopped.'}
        </p>
      </section>
    );
  if (version) return <Registered version={version} />;
  return (
    <section className={classes.outcome} aria-label="What came of it">
      <p>{isKnown ? 'It was tried by a study or a comparison, and not registered.' : '\u00a0'}</p>
    </section>
  );
}

function Registered({ version }: { version: ModelVersion }) {
  const { accuracy, accuracyInterval, balancedAccuracy, macroF1, classes: names } = version;
  return (
    <section className={classes.outcome} aria-label="What came of it">
      <div>
        <div className={classes.big}>{accuracy === null ? 'not measured' : formatShare(accuracy)}</div>
        <div className={classes.dim}>
          of its test split{accuracyInterval ? `, 95 % interval ${formatInterval(accuracyInterval)}` : ''}
        </div>
      </div>
      {balancedAccuracy !== null && (
        <div>
          <div>{formatShare(balancedAccuracy)}</div>
          <div className={classes.dim}>balanced accuracy</div>
        </div>
      )}
      {macroF1 !== null && (
        <div>
          <div>{formatShare(macroF1)}</div>
          <div className={classes.dim}>macro-F1</div>
        </div>
      )}
      <div>
        <div>
          <Link href={versionPath(version.model, version.version)}>{`${version.model}@${version.version}`}</Link>
          {version.aliases.length > 0 && `, ${version.aliases.join(', ')}`}
        </div>
        <div className={classes.dim}>registered, {formatCounted(names.length, 'class', 'classes')}</div>
      </div>
    </section>
  );
}
