/** @file Time and randomness as arguments, so that a test can hold them still. */

export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** A new unique id: `prefix_` + 20 random hexadecimal digits. */
  newId(prefix: string): string;
}
