/** @file What several people said of the same pictures without seeing each other's answer, and whether it was decided. Pure. */
import type { LabelEvent } from '@tintype/contracts/label';
import type { Opinion } from '@tintype/contracts/people';

export type JudgedEvent = LabelEvent & { path: string; now: string | null };

export interface JudgedPicture {
  sampleId: string;
  path: string;
  /** The label it has now. */
  now: string | null;
  /** One of each person, in the order given: the label that stood when the first was asked, and the last answer of everybody who was asked. */
  opinions: readonly Opinion[];
  /** Whether people differ and nobody has decided since. */
  isOpen: boolean;
}

/** Labels that are some person's judgment. */
const personal: readonly string[] = ['human', 'import'];

/** `events` by picture, oldest first; `withdrawn`: ids of labels that were decisions and count no more, and of those that took them back. */
export function foldJudgments(events: readonly JudgedEvent[], withdrawn: ReadonlySet<string>): JudgedPicture[] {
  const bySample = new Map<string, JudgedEvent[]>();
  for (const event of events) {
    const own = bySample.get(event.sampleId);
    if (own) own.push(event);
    else bySample.set(event.sampleId, [event]);
  }
  return [...bySample.values()].map((own) => foldPicture(own, withdrawn));
}

function foldPicture(events: readonly JudgedEvent[], withdrawn: ReadonlySet<string>): JudgedPicture {
  const { sampleId, path, now } = events[0] as JudgedEvent;
  const first = events.findIndex(({ source }) => source === 'opinion');
  const said = new Map<string, Opinion>();
  // A class that is renamed is nobody's new judgment.
  const standing = events.slice(0, first).findLast(({ source }) => source !== 'rename');
  if (standing && personal.includes(standing.source)) say(said, standing);
  for (const event of events.slice(first)) if (event.source === 'opinion') say(said, event);
  const opinions = [...said.values()];
  return { sampleId, path, now, opinions, isOpen: isDivided(opinions) && !isDecided(events.slice(first), withdrawn) };
}

/** Without a class it is taken back. */
function say(said: Map<string, Opinion>, { annotator, className, at }: JudgedEvent): void {
  said.delete(annotator);
  if (className !== null) said.set(annotator, { annotator, className, at });
}

const isDivided = (opinions: readonly Opinion[]): boolean =>
  opinions.some(({ className }) => className !== opinions[0]?.className);

/** By a label that somebody gave once there was an opinion, unless who was asked later says something else. */
function isDecided(events: readonly JudgedEvent[], withdrawn: ReadonlySet<string>): boolean {
  const at = events.findLastIndex(({ source, id }) => source === 'human' && !withdrawn.has(id));
  if (at < 0) return false;
  const decided = events[at]?.className;
  return events.slice(at).every(({ source, className }) => source !== 'opinion' || className === decided);
}
