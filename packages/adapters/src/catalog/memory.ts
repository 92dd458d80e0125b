/** @file Remembers what a database counted, until anything in it changes. */

export interface Memory {
  /** The remembered value of this key, or a computed one. */
  recall<T>(key: string, compute: () => Promise<T>): Promise<T>;
}

const mostKeys = 500;

/** `readMark` tells a text that changes with every change of the database, by whichever process; without it nothing is remembered. */
export function createMemory(readMark: (() => Promise<string>) | undefined): Memory {
  const known = new Map<string, unknown>();
  let markOfKnown = '';
  return {
    async recall<T>(key: string, compute: () => Promise<T>): Promise<T> {
      if (!readMark) return compute();
      const mark = await readMark();
      if (mark !== markOfKnown) known.clear();
      markOfKnown = mark;
      if (known.has(key)) return known.get(key) as T;
      const value = await compute();
      // A change while it was counted is noticed by the next question, whose mark is another.
      if (markOfKnown === mark) known.set(key, value);
      const oldest = known.keys().next().value;
      if (known.size > mostKeys && oldest !== undefined) known.delete(oldest);
      return value;
    },
  };
}
