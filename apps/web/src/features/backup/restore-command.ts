/** @file What is typed to bring a backup back, in an empty workspace. Pure. */

/** As a shell takes a word for what it says. */
const quote = (word: string): string => (/^[\w./:@-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);

export const restoreCommand = ({ id, place }: { id: string; place: string }): string =>
  `npx tintype backup restore ${id} --from ${quote(place)}`;
