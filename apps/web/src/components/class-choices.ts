/** @file What a class picker offers for the text that was typed. */
import { classNameSchema } from '@tintype/contracts/ids';
import { findByKey, type KeyedClass } from './class-keys.ts';

export interface ClassChoice {
  /** `none`: takes the label away. `new`: a class that is not there yet. */
  kind: 'class' | 'none' | 'new';
  className: string | null;
  key: string | null;
}

/**
 * Those that begin with the text first, then those that hold it; a new one last, unless it is there by another spelling of case. What stands inside
 * another name as whole words (`soda-cans` in `crushed-soda-cans`) is rather a name of its own: it comes before those that hold it.
 */
export function listChoices(
  classes: readonly KeyedClass[],
  { text, hasNone }: { text: string; hasNone: boolean },
): ClassChoice[] {
  const wanted = text.trim().toLowerCase();
  const place = ({ name }: KeyedClass): number => name.toLowerCase().indexOf(wanted);
  const found = classes.filter((one) => place(one) >= 0);
  const asClass = ({ name, key }: KeyedClass): ClassChoice => ({ kind: 'class', className: name, key });
  const beginning = found.filter((one) => place(one) === 0).map(asClass);
  const holding = found.filter((one) => place(one) > 0);
  const typed = classNameSchema.safeParse(text);
  const isNew = typed.success && !classes.some(({ name }) => name.toLowerCase() === wanted);
  const added: ClassChoice[] = isNew ? [{ kind: 'new', className: typed.data, key: null }] : [];
  const isWhole = holding.some(({ name }) => holdsAsWords(name.toLowerCase(), wanted));
  return [
    ...beginning,
    ...(isWhole ? [...added, ...holding.map(asClass)] : [...holding.map(asClass), ...added]),
    ...(hasNone && wanted === '' ? [{ kind: 'none', className: null, key: null } as const] : []),
  ];
}

const isLetter = (character: string | undefined): boolean => character !== undefined && /[\p{L}\p{N}]/u.test(character);

function holdsAsWords(name: string, wanted: string): boolean {
  const start = name.indexOf(wanted);
  return !isLetter(name[start - 1]) && !isLetter(name[start + wanted.length]);
}

/** Letters are typed; a digit is the key of a class. */
export const pickByDigit = (classes: readonly KeyedClass[], key: string): KeyedClass | undefined =>
  /^\d$/.test(key) ? findByKey(classes, key) : undefined;
