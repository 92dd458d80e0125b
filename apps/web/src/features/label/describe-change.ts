/** @file A change of classes as people read it. */
import type { ClassChange, ClassEvent } from '@tintype/contracts/label';
import { formatCounted } from '../../components/format.ts';

type Kind = ClassChange['kind'];
type Words = { [K in Kind]: (change: Extract<ClassChange, { kind: K }>) => string };

const words: Words = {
  add: ({ name }) => `Class ${name} added`,
  rename: ({ name, to }) => `Class ${name} renamed to ${to}`,
  merge: ({ name, into }) => `Class ${name} merged into ${into}`,
  reorder: () => 'Classes ordered',
  setKey: ({ name, key }) => (key === null ? `Key of ${name} freed` : `Key of ${name} is ${key.toUpperCase()}`),
  remove: ({ name }) => `Class ${name} removed`,
  undo: () => 'Change of classes undone',
};

export function describeChange({ change, labels }: Pick<ClassEvent, 'change' | 'labels'>): string {
  const say = words[change.kind] as (change: ClassChange) => string;
  return labels > 0 ? `${say(change)}, ${formatCounted(labels, 'picture')} with it` : say(change);
}
