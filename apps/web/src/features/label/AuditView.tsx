/** @file The audit of a heap: some pictures at a time in random order, and what looking at them proves so far. */
import { Button } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { getAuditBound } from '../../api/label.ts';
import { bindActions } from '../../components/actions.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { formatCount, formatCounted, formatShare } from '../../components/format.ts';
import { Keys } from '../../components/Keys.tsx';
import { useClasses } from '../../components/use-classes.ts';
import { ActionKeys } from './ActionKeys.tsx';
import { clusterActions, pageActions } from './actions.ts';
import { type Audit, isCarriedOut, nextLooks } from './audit-steps.ts';
import { ClassKeys } from './ClassKeys.tsx';
import classes from './Clusters.module.css';
import one from './OneByOne.module.css';
import { TileGrid } from './TileGrid.tsx';
import { usePageKeys } from './use-page-keys.ts';
import { useScreenKeys } from './use-screen-keys.ts';

export interface AuditViewProps {
  audit: Audit;
  /** Those looked at that are wrong, with their class where it was said. */
  onLook: (wrong: ReadonlyMap<string, string | null>) => void;
  onEnd: () => void;
}

const auditActions = { ...pageActions, clear: clusterActions.end };

export function AuditView({ audit, onLook, onEnd }: AuditViewProps) {
  const { classes: keyed } = useClasses();
  const ids = nextLooks(audit);
  const isOver = ids.length === 0;
  const keys = usePageKeys(`${audit.looks}`, ids);
  const accept = (): void => (isOver ? onEnd() : onLook(keys.marks.marked));
  const { go } = keys;
  const nothing = (): void => undefined;
  const actions = bindActions(auditActions, {
    accept,
    mark: () => keys.toggle(keys.marks.cursor, false),
    range: () => keys.toggle(keys.marks.cursor, true),
    clear: onEnd,
    left: () => go('left'),
    right: () => go('right'),
    up: () => go('up'),
    down: () => go('down'),
    next: nothing,
    previous: nothing,
    pick: nothing,
  });
  useScreenKeys({ actions, classes: keyed, onClass: isOver ? nothing : keys.markAs });
  const wrong = keys.marks.marked.size;
  return (
    <div className={one.table}>
      <div className={one.left}>
        <div className={classes.head}>
          <div>
            <h2 className={classes.name}>
              {isOver ? 'Looked at all of the sample' : 'Click those that are not'}{' '}
              <ClassMark className={audit.className} />
            </h2>
            <p>
              {formatCount(audit.looks)} of {formatCounted(audit.order.length, 'picture')} drawn at random looked at;
              the heap has {formatCount(audit.size)}.
            </p>
          </div>
          <Button
            onMouseDown={(event) => event.preventDefault()}
            onClick={accept}
            rightSection={<Keys name={pageActions.accept.keys[0]} />}
          >
            {isOver
              ? 'Next heap'
              : wrong === 0
                ? `All ${formatCount(ids.length)} are right`
                : `The other ${formatCount(ids.length - wrong)} are right`}
          </Button>
        </div>
        <TileGrid
          key={audit.looks}
          items={ids.map((sampleId) => ({ sampleId }))}
          marks={keys.marks}
          onToggle={keys.toggle}
          label={`Labeled ${audit.className}`}
          gridRef={keys.gridRef}
        />
      </div>
      <aside className={one.side} aria-label="Audit">
        <Bound audit={audit} />
        <ClassKeys classes={keyed} onClass={isOver ? nothing : keys.markAs} given={audit.className} />
        <ActionKeys actions={actions.filter(({ name }) => name === 'mark' || name === 'clear')} />
      </aside>
    </div>
  );
}

/** What was proved so far. A wider bound where somebody stops before the plan is carried out. */
function Bound({ audit }: { audit: Audit }) {
  const { size, looks, errors } = audit;
  const planned = isCarriedOut(audit);
  const { data } = useQuery({
    queryKey: ['audit-bound', size, looks, errors, planned],
    queryFn: ({ signal }) => getAuditBound({ size, looks, errors, planned }, signal),
    enabled: looks > 0,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
  });
  return (
    <output className={classes.bound}>
      {looks === 0 || !data ? (
        <>
          <strong>All {formatCount(size)} are labeled</strong>
          <p>Look at the sample to know how many of them are wrong at most. You can stop whenever you like.</p>
        </>
      ) : (
        <>
          <strong>At most {formatShare(data.upperMended, 1)} wrong</strong>
          <p>
            {formatCount(errors)} of {formatCount(looks)} were wrong{errors > 0 ? ' and are mended' : ''}: of all{' '}
            {formatCount(size)}, no more than {formatCount(Math.round(data.upperMended * size))} are wrong now, at{' '}
            {formatShare(data.confidence, 0)} confidence
            {planned ? '.' : ', also if you stop here. The whole sample proves more.'}
          </p>
        </>
      )}
    </output>
  );
}
