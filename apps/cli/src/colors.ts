/** @file Whether a stream takes colors; each is asked for itself, because one may be a terminal and the other a file. */
import pc from 'picocolors';

type Environment = Readonly<Record<string, string | undefined>>;

/** NO_COLOR (https://no-color.org) wins over FORCE_COLOR, and both over what the stream is. */
export function takesColors(stream: { isTTY?: boolean }, env: Environment = process.env): boolean {
  if (env.NO_COLOR) return false;
  if (env.FORCE_COLOR) return env.FORCE_COLOR !== '0';
  return stream.isTTY === true && env.TERM !== 'dumb';
}

export const stdoutColors = pc.createColors(takesColors(process.stdout));
export const stderrColors = pc.createColors(takesColors(process.stderr));
