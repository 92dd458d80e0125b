/** @file A name that a stranger gave, for answers and logs: no control or invisible characters, and short. */

const longestName = 200;

export const harmlessName = (name: string): string => name.replace(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '').slice(0, longestName);
