/** @file The pictures that look most alike to one, by the features that labeling works on. */
import { useQuery } from '@tanstack/react-query';
import { Link } from 'wouter';
import { listNeighbors } from '../../api/catalog.ts';
import { toProblem } from '../../api/problem.ts';
import { ClassMark } from '../../components/ClassMark.tsx';
import { ProblemNotice } from '../../components/ProblemNotice.tsx';
import { Thumbnail } from '../../components/Thumbnail.tsx';
import { samplePath } from './gallery-filter.ts';
import classes from './Neighbors.module.css';

/** While features are being extracted the server says how far it is. */
const waitMs = 2000;
const shown = 12;

export function Neighbors({ id }: { id: string }) {
  const { data, error, refetch } = useQuery({
    queryKey: ['neighbors', id],
    queryFn: ({ signal }) => listNeighbors(id, shown, signal),
    staleTime: 60_000,
    retry: false,
    refetchInterval: ({ state }) => (state.error && isWaiting(state.error) ? waitMs : false),
  });
  if (error && isWaiting(error)) return <p className={classes.waiting}>{toProblem(error).detail}</p>;
  if (error && !data) return <ProblemNotice error={error} onRetry={() => void refetch()} />;
  if (data?.items.length === 0) return <p className={classes.waiting}>There is no other picture to compare it with.</p>;
  const items = data?.items ?? Array.from({ length: shown }, () => undefined);
  return (
    <ul className={classes.list} aria-busy={!data}>
      {items.map((item, index) => (
        <li key={item?.sample.id ?? index}>
          {item ? (
            <Link href={samplePath(item.sample.id)} title={item.sample.path}>
              <Thumbnail sampleId={item.sample.id} />
              <span className={classes.caption}>
                <ClassMark className={item.sample.className} />
                <span className={classes.alike}>{item.similarity.toFixed(2)}</span>
              </span>
            </Link>
          ) : (
            <span className={classes.place} />
          )}
        </li>
      ))}
    </ul>
  );
}

const isWaiting = (error: unknown): boolean => toProblem(error).code === 'LABELING_NOT_READY';
