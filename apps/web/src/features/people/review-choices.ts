/** @file The classes a disagreement can be decided for: those that were said, most said first, then all others. */
import type { Opinion } from '@tintype/contracts/people';

export interface ReviewChoice {
  className: string;
  /** Who said it; nobody: another class. */
  by: readonly string[];
}

export function listChoices(opinions: readonly Opinion[], classNames: readonly string[]): ReviewChoice[] {
  const said = new Map<string, string[]>();
  for (const { className, annotator } of opinions) said.set(className, [...(said.get(className) ?? []), annotator]);
  const chosen = [...said].map(([className, by]) => ({ className, by }));
  chosen.sort((a, b) => b.by.length - a.by.length);
  const others = classNames.filter((name) => !said.has(name));
  return [...chosen, ...others.map((className) => ({ className, by: [] }))];
}

/** The choice that a key stands for: `1` is the first. */
export const choiceOfKey = (choices: readonly ReviewChoice[], key: string): ReviewChoice | undefined =>
  /^[1-9]$/.test(key) ? choices[Number(key) - 1] : undefined;
