/** @file What a class picker offers for the text that was typed. */
import { classNameSchema } from '@tintype/contracts/ids';
import { findByKey, type KeyedClass } from './class-keys.ts';

export interface ClassChoice {
  /** `none`: takes the label away. `new`: a class that is not there yet. */
  kind: 'class' | 'none' | 'new';
  className: string | null;
  key: string | null;
}

/** Those that begin with the text first, then those that hold it; a new one last, unless it is there by another spelling of case. */
export function listChoices(
  classes: readonly KeyedClass[],
  { text, hasNone }: { text: string; hasNone: boolean },
): ClassChoice[] {
  const wanted = text.trim().toLowerCase();
  const place = ({ name }: KeyedClass): number => name.toLowerCase().indexOf(wanted);
  const found = classes.filter((one) => place(one) >= 0);
  const ranked = [...found.filter((one) => place(one) === 0), ...found.filter((one) => place(one) > 0)];
  const typed = classNameSchema.safeParse(text);
  const isNew = typed.success && !classes.some(({ name }) => name.toLowerCase() === wanted);
  return [
    ...ranked.map(({ name, key }): ClassChoice => ({ kind: 'class', className: name, key })),
    ...(isNew ? [{ kind: 'new', className: typed.data, key: null } as const] : []),
    ...(hasNone && wanted === '' ? [{ kind: 'none', className: null, key: null } as const] : []),
  ];
}

/** Letters are typed; a digit is the key of a class. */
export const pickByDigit = (classes: readonly KeyedClass[], key: string): KeyedClass | undefined =>
  /^\d$/.test(key) ? findByKey(classes, key) : undefined;
