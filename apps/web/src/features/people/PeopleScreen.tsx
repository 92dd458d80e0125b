/** @file People: how far they agree, what to decide, who said what; and for administrators who may come in. */
import { NativeSelect, Skeleton } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { Link, useLocation } from 'wouter';
import { EmptyState } from '../../components/EmptyState.tsx';
import { PeopleIcon } from '../../components/icons.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Waiting } from '../../components/Waiting.tsx';
import screen from '../../shell/Screen.module.css';
import { useSession } from '../access/use-session.ts';
import { Agreement } from './Agreement.tsx';
import { Audit } from './Audit.tsx';
import { Gold } from './Gold.tsx';
import { History } from './History.tsx';
import classes from './PeopleScreen.module.css';
import { findTab, type PeoplePath, type PeopleTab } from './people-tabs.ts';
import { Review } from './Review.tsx';
import { Tokens } from './Tokens.tsx';
import { Users } from './Users.tsx';
import { type DatasetChoice, useDataset } from './use-people.ts';

const parts: Record<PeoplePath, (data: { dataset: string | undefined }) => ReactNode> = {
  '/people/agreement': Agreement,
  '/people/review': Review,
  '/people/gold': Gold,
  '/people/history': History,
  '/people/users': Users,
  '/people/tokens': Tokens,
  '/people/audit': Audit,
};

export function PeopleScreen() {
  const [path] = useLocation();
  const { data: session, error, refetch } = useSession();
  const choice = useDataset();
  const { tabs, current } = findTab(path, session?.identity?.scopes ?? []);
  if (!session) return error ? <Failed error={error} onRetry={() => void refetch()} /> : <PeopleSkeleton />;
  if (!current) return <NothingForViewers />;
  const Part = parts[current.path];
  const isOfDataset = current.scope !== 'admin';
  return (
    <div className={screen.screen}>
      <div className={classes.head}>
        <h1>People</h1>
        {isOfDataset && choice.names.length > 1 && <DatasetSelect choice={choice} />}
      </div>
      <Tabs tabs={tabs} current={current} />
      <Part dataset={choice.dataset} />
    </div>
  );
}

function Tabs({ tabs, current }: { tabs: readonly PeopleTab[]; current: PeopleTab }) {
  const nav = useRef<HTMLElement>(null);
  // On a phone not all fit: the current one is scrolled to.
  useEffect(() => {
    const tab = nav.current?.querySelector(`[href="${current.path}"]`);
    if (nav.current && tab instanceof HTMLElement)
      nav.current.scrollLeft = tab.offsetLeft + tab.offsetWidth / 2 - nav.current.clientWidth / 2;
  }, [current.path]);
  return (
    <nav ref={nav} className={classes.tabs} aria-label="People">
      {tabs.map((tab) => (
        <Link key={tab.path} href={tab.path} aria-current={tab.path === current.path ? 'page' : undefined}>
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}

function Failed({ error, onRetry }: { error: unknown; onRetry: () => void }) {
  return (
    <div className={screen.screen}>
      <h1>People</h1>
      <ProblemNotice error={error} onRetry={onRetry} />
    </div>
  );
}

function DatasetSelect({ choice: { names, dataset, choose } }: { choice: DatasetChoice }) {
  return (
    <NativeSelect
      aria-label="Dataset"
      value={dataset ?? ''}
      data={[...names]}
      onChange={(event) => choose(event.currentTarget.value)}
    />
  );
}

function PeopleSkeleton() {
  return (
    <div className={screen.screen} aria-busy="true">
      <h1>People</h1>
      <Skeleton height={40} />
      <Waiting what="people" height={260} />
    </div>
  );
}

function NothingForViewers() {
  return (
    <div className={screen.screen}>
      <h1>People</h1>
      <EmptyState icon={<PeopleIcon size={26} />} title="Nothing for viewers here">
        <p>Who labels sees their own history here, and who trains sees how far people agree.</p>
        <p>Ask an administrator for another role.</p>
      </EmptyState>
    </div>
  );
}
