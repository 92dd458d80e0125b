/** @file A picture's own page: large, with everything that is known of it and everything that can be done with it. */
import { ActionIcon, Button, Popover, Skeleton, Tooltip } from '@mantine/core';
import type { SampleView } from '@tintype/contracts/api';
import type { ReactNode } from 'react';
import { useEffect, useState } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useHistoryState } from 'wouter/use-browser-location';
import { originalUrl } from '../../api/endpoints.ts';
import { bindActions, findAction } from '../../components/actions.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { GroupIcon, LabelIcon, LeftIcon, RestoreIcon, RightIcon, TrashIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { pageActions } from './actions.ts';
import { BigPicture } from './BigPicture.tsx';
import { parseFilter, picturesPath, samplePath } from './gallery-filter.ts';
import { LabelHistory } from './LabelHistory.tsx';
import { MeasureList } from './MeasureList.tsx';
import { Neighbors } from './Neighbors.tsx';
import { type Pickable, PickFor } from './PickFor.tsx';
import { parsePlace, renderPlace } from './place.ts';
import classes from './Sample.module.css';
import { SampleAnswers } from './SampleAnswers.tsx';
import { SampleFacts } from './SampleFacts.tsx';
import page from './SampleScreen.module.css';
import { SampleTags } from './SampleTags.tsx';
import { SampleUses } from './SampleUses.tsx';
import { useCuration } from './use-curation.ts';
import { keyOf } from './use-gallery.ts';
import { useRefreshOnLabels } from './use-label-samples.ts';
import { useLeaf } from './use-leaf.ts';
import { useSample } from './use-sample.ts';

export function SampleScreen({ id }: { id: string }) {
  const [, navigate] = useLocation();
  const query = parseFilter(new URLSearchParams(useSearch()));
  const place = parsePlace(useHistoryState());
  const { data: sample, error, refetch } = useSample(id);
  const [picker, setPicker] = useState<Pickable | null>(null);
  const curation = useCuration();
  useRefreshOnLabels();
  const { previous, next } = useLeaf(query, place);
  const leaf = (to: { id: string; place: number } | undefined): void => {
    if (to) navigate(samplePath(to.id, query), { replace: true, state: renderPlace(to.place) });
  };
  const back = (): void => navigate(picturesPath(query), place === undefined ? {} : { state: renderPlace(place) });
  const move = (to: 'remove' | 'restore') => (): void => {
    if (sample && (sample.removedAt === null) === (to === 'remove')) void curation.move([id], to);
  };
  const actions = bindActions(pageActions, {
    previous: () => leaf(previous),
    next: () => leaf(next),
    label: () => setPicker('label'),
    tag: () => setPicker('tag'),
    group: () => setPicker('group'),
    remove: move('remove'),
    restore: move('restore'),
    back,
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent): void => {
      const isBusy =
        event.defaultPrevented ||
        (event.target instanceof HTMLElement &&
          event.target.closest('input, select, textarea, [role="dialog"]') !== null);
      const action = isBusy ? undefined : findAction(actions, event);
      if (!action) return;
      event.preventDefault();
      action.perform();
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  });
  const pick = (name: Pickable) => ({
    isOpen: picker === name,
    onOpen: (isOpen: boolean) => setPicker(isOpen ? name : null),
  });
  const name = sample?.path.split('/').at(-1) ?? 'Picture';
  return (
    <div className={page.screen}>
      <header className={page.head}>
        <Link
          href={picturesPath(query)}
          className={page.back}
          onClick={(event) => {
            event.preventDefault();
            back();
          }}
        >
          <LeftIcon size={16} /> {query.removed ? 'Trash' : 'Pictures'}
        </Link>
        <h1>{name}</h1>
        {place !== undefined && (
          <div className={page.leaf}>
            <Leaf label="Previous picture (←)" isOff={!previous} onClick={() => leaf(previous)}>
              <LeftIcon />
            </Leaf>
            <Leaf label="Next picture (→)" isOff={!next} onClick={() => leaf(next)}>
              <RightIcon />
            </Leaf>
          </div>
        )}
      </header>
      {!sample && error ? (
        <ProblemNotice error={error} onRetry={() => void refetch()} />
      ) : (
        <div className={page.columns}>
          <div className={page.main}>
            <div className={page.picture}>
              <BigPicture key={id} id={id} sample={sample} />
            </div>
            {sample?.removedAt != null && (
              <p className={page.removed}>This picture is in the trash: in no list, no training and no new snapshot.</p>
            )}
            <div className={classes.actions}>
              {sample && (
                <>
                  <Choose label="Class" icon={<LabelIcon size={16} />} {...pick('label')}>
                    <PickFor what="label" samples={[keyOf(sample)]} onDone={() => setPicker(null)} />
                  </Choose>
                  <Choose label="Group" icon={<GroupIcon size={16} />} {...pick('group')}>
                    <PickFor what="group" samples={[keyOf(sample)]} onDone={() => setPicker(null)} />
                  </Choose>
                </>
              )}
              <span className={classes.gap} />
              <Button
                component="a"
                variant="subtle"
                color="gray"
                href={originalUrl(id)}
                target="_blank"
                rel="noreferrer"
              >
                Original
              </Button>
              {sample && <TrashButton sample={sample} onMove={(to) => move(to)()} />}
            </div>
          </div>
          <div className={page.alike}>
            <Part title="Pictures that look alike">{sample && <Neighbors id={id} />}</Part>
          </div>
          <div className={page.aside}>
            {sample ? (
              <>
                <p className={page.class}>
                  <ClassMark className={sample.className} />
                </p>
                <SampleTags sample={sample} {...pick('tag')} />
                <SampleFacts sample={sample} hasClass={false} />
              </>
            ) : (
              <Skeleton height={280} />
            )}
            <Part title="Label history">{sample && <LabelHistory sample={sample} />}</Part>
            <Part title="What models answered">{sample && <SampleAnswers sample={sample} />}</Part>
            <Part title="Where it was trained on">{sample && <SampleUses sample={sample} />}</Part>
            {sample?.measures && (
              <Part title="Measured on its pixels">
                <MeasureList measures={sample.measures} />
              </Part>
            )}
          </div>
        </div>
      )}
    </div>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={page.part}>
      <h2>{title}</h2>
      {children || <Skeleton height={48} />}
    </section>
  );
}

function Leaf({
  label,
  isOff,
  onClick,
  children,
}: {
  label: string;
  isOff: boolean;
  onClick: () => void;
  children: ReactNode;
}) {
  return (
    <Tooltip label={label}>
      <ActionIcon aria-label={label} disabled={isOff} onClick={onClick}>
        {children}
      </ActionIcon>
    </Tooltip>
  );
}

interface ChooseProps {
  label: string;
  icon: ReactNode;
  isOpen: boolean;
  onOpen: (isOpen: boolean) => void;
  children: ReactNode;
}

function Choose({ label, icon, isOpen, onOpen, children }: ChooseProps) {
  return (
    <Popover opened={isOpen} onChange={onOpen} position="bottom-start" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default" leftSection={icon} onClick={() => onOpen(!isOpen)}>
          {label}
        </Button>
      </Popover.Target>
      <Popover.Dropdown p={8}>{children}</Popover.Dropdown>
    </Popover>
  );
}

function TrashButton({ sample, onMove }: { sample: SampleView; onMove: (to: 'remove' | 'restore') => void }) {
  const isRemoved = sample.removedAt !== null;
  return (
    <Button
      variant="default"
      leftSection={isRemoved ? <RestoreIcon size={16} /> : <TrashIcon size={16} />}
      onClick={() => onMove(isRemoved ? 'restore' : 'remove')}
    >
      {isRemoved ? 'Restore' : 'To the trash'}
    </Button>
  );
}
