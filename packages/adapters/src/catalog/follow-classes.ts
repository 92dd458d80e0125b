/** @file What a class that somebody said has become since: opinions and gold questions are never written anew, so they follow when they are read. */
import type { ClassChange } from '@tintype/contracts/label';
import type { Kysely } from 'kysely';
import { fromJson } from './context.ts';
import type { Tables } from './schema.ts';

type Move = Extract<ClassChange, { kind: 'rename' | 'merge' }>;

interface Step {
  id: string;
  at: number;
  move: Move;
  /** The move is taken back here, not made. */
  isBack: boolean;
}

export type FollowClass = (className: string, saidAt: number) => string;

/** The name now of a class that was said at a time: through every renaming and merge since, and those that were taken back. */
export async function readFollowClass(db: Kysely<Tables>): Promise<FollowClass> {
  const rows = await db.selectFrom('class_events').select(['id', 'change', 'at']).orderBy('sequence').execute();
  const moves = new Map<string, Move>();
  const steps = rows.flatMap(({ id, change: text, at }): Step[] => {
    const change = fromJson<ClassChange>(text);
    if (change.kind === 'rename' || change.kind === 'merge') {
      moves.set(id, change);
      return [{ id, at, move: change, isBack: false }];
    }
    const taken = change.kind === 'undo' ? moves.get(change.change) : undefined;
    return change.kind === 'undo' && taken ? [{ id: change.change, at, move: taken, isBack: true }] : [];
  });
  return (className, saidAt) =>
    follow(
      className,
      steps.filter(({ at }) => at >= saidAt),
    );
}

function follow(className: string, steps: readonly Step[]): string {
  let now = className;
  /** Moves that this very saying went along with: what was `into` already does not come back out of a merge. */
  const gone = new Set<string>();
  for (const { id, move, isBack } of steps) {
    const target = move.kind === 'rename' ? move.to : move.into;
    if (!isBack && now === move.name) {
      gone.add(id);
      now = target;
    } else if (isBack && now === target && (move.kind === 'rename' || gone.has(id))) {
      now = move.name;
    }
  }
  return now;
}
