/** @file Pages of one class each: accept all but those that are not. */
import { Button, Modal } from '@mantine/core';
import type { GridPage } from '@tintype/contracts/label-assist';
import { useState } from 'react';
import { Link } from 'wouter';
import { bindActions } from '../../components/actions.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { ClassPicker } from '../../components/ClassPicker.tsx';
import { EmptyState } from '../../components/EmptyState.tsx';
import { formatCount, formatCounted } from '../../components/format.ts';
import { PicturesIcon } from '../../components/icons.tsx';
import { Keys } from '../../components/Keys.tsx';
import { useClasses } from '../../components/use-classes.ts';
import { ActionKeys } from './ActionKeys.tsx';
import { pageActions } from './actions.ts';
import { ClassKeys } from './ClassKeys.tsx';
import { LabelNotice } from './LabelNotice.tsx';
import { useAddLabels } from './label-queue.ts';
import one from './OneByOne.module.css';
import classes from './Pages.module.css';
import { acceptPage } from './page-marks.ts';
import { TileGrid } from './TileGrid.tsx';
import { usePageKeys } from './use-page-keys.ts';
import { usePages } from './use-pages.ts';
import { useScreenKeys } from './use-screen-keys.ts';

const shownActions = new Set(['mark', 'clear', 'next', 'pick']);

export function Pages({ dataset }: { dataset: string }) {
  const { classes: keyed } = useClasses();
  const pages = usePages(dataset);
  const { page, pageKey } = pages;
  const ids = page?.items.map(({ sampleId }) => sampleId) ?? [];
  const keys = usePageKeys(pageKey, ids);
  const add = useAddLabels();
  const [isPicking, setPicking] = useState(false);

  const accept = (): void => {
    if (!page) return;
    const labels = acceptPage(keys.marks, { className: page.className, ids });
    add(
      labels.map((label) => ({ ...label, was: null })),
      `${formatCounted(labels.length, 'picture')} of a page of ${page.className} labeled`,
      { isQuiet: true, onUndo: () => pages.reopen(ids) },
    );
    pages.finish(ids);
  };
  const { go } = keys;
  const actions = bindActions(pageActions, {
    accept,
    mark: () => keys.toggle(keys.marks.cursor, false),
    range: () => keys.toggle(keys.marks.cursor, true),
    clear: keys.clear,
    left: () => go('left'),
    right: () => go('right'),
    up: () => go('up'),
    down: () => go('down'),
    next: () => pages.step(1),
    previous: () => pages.step(-1),
    pick: () => setPicking(page !== undefined),
  });
  useScreenKeys({ actions, classes: keyed, onClass: keys.markAs, isActive: !isPicking });

  if (!pages.query.data) return <LabelNotice error={pages.query.error} onRetry={pages.refresh} />;
  if (!page) return <NoPage />;
  const accepted = acceptPage(keys.marks, { className: page.className, ids }).length;
  return (
    <div className={one.table}>
      <div className={one.left}>
        <PageHead page={page} accepted={accepted} onAccept={accept} />
        <TileGrid
          key={pageKey}
          items={page.items}
          marks={keys.marks}
          onToggle={keys.toggle}
          label={`Suggested to be ${page.className}`}
          gridRef={keys.gridRef}
        />
      </div>
      <aside className={one.side} aria-label="Label">
        <PageChoice pages={pages.pages} shown={page.className} onShow={pages.show} />
        <h2 className={classes.heading}>What a marked picture is</h2>
        <ClassKeys classes={keyed} onClass={keys.markAs} />
        <ActionKeys actions={actions.filter(({ name }) => shownActions.has(name))} />
      </aside>
      <Modal opened={isPicking} onClose={() => setPicking(false)} title="What the marked pictures are" size={360}>
        <ClassPicker
          onCancel={() => setPicking(false)}
          onPick={(className) => {
            setPicking(false);
            if (className !== null) keys.markAs(className);
          }}
        />
      </Modal>
    </div>
  );
}

function PageHead({ page, accepted, onAccept }: { page: GridPage; accepted: number; onAccept: () => void }) {
  const wrong = Math.round(page.expectedWrong);
  const expected = wrong === 0 ? 'Probably all are.' : `About ${formatCount(wrong)} ${wrong === 1 ? 'is' : 'are'} not.`;
  return (
    <div className={classes.head}>
      <div className={classes.words}>
        <h2 className={classes.name}>
          Are these all <ClassMark className={page.className} />
        </h2>
        <p>
          {formatCount(page.items.length)} of {formatCounted(page.waiting, 'picture')} that wait. {expected} Click those
          that are not.
        </p>
      </div>
      <Button
        onMouseDown={(event) => event.preventDefault()}
        onClick={onAccept}
        rightSection={<Keys name={pageActions.accept.keys[0]} />}
      >
        Accept {formatCount(accepted)}
      </Button>
    </div>
  );
}

interface PageChoiceProps {
  pages: readonly GridPage[];
  shown: string;
  onShow: (className: string) => void;
}

function PageChoice({ pages, shown, onShow }: PageChoiceProps) {
  return (
    <nav className={classes.choice} aria-label="Pages">
      {pages.map(({ className, waiting }) => (
        <button
          key={className}
          type="button"
          aria-current={className === shown ? 'true' : undefined}
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => onShow(className)}
        >
          <ClassMark className={className} />
          <span>{formatCount(waiting)}</span>
        </button>
      ))}
    </nav>
  );
}

function NoPage() {
  return (
    <EmptyState icon={<PicturesIcon size={26} />} title="No page to accept">
      <p>
        Pages need labels of two classes to suggest from, and pictures without a label to suggest for. Label a few of
        each class one by one.
      </p>
      <Button component={Link} href="/label">
        One by one
      </Button>
    </EmptyState>
  );
}
