/** @file One process that runs command after command, for tests: each as the command's door does, without loading its modules again. */
import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

export interface Finished {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

export interface CommandHost {
  /** One at a time. Throws where the process ended. */
  run(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Finished>;
}

interface Held {
  ref(): void;
  unref(): void;
}

const folder = resolve(import.meta.dirname, '..');
/** Ends what a command wrote to a stream; no command writes it. */
const end = '\0';

/** Ends with this process, and does not keep it. */
export function openCommandHost(env: NodeJS.ProcessEnv): CommandHost {
  const script = resolve(import.meta.dirname, 'command-host-main.mjs');
  const child = spawn(process.execPath, [script], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'] });
  const written = { stdout: '', stderr: '' };
  let settle: ((finished: Finished | Error) => void) | undefined;
  const look = (): void => {
    const [stdout, code] = written.stdout.split(end);
    const [stderr, after] = written.stderr.split(end);
    if (stdout === undefined || code === undefined || stderr === undefined || after === undefined) return;
    if (!code.endsWith('\n')) return;
    written.stdout = '';
    written.stderr = '';
    settle?.({ exitCode: Number(code), stdout, stderr });
  };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      written[name] += text;
      look();
    });
  }
  /** Whether this process waits for that one; one that does nothing keeps nobody. */
  const hold = (isHeld: boolean): void => {
    for (const held of [child, child.stdin, child.stdout, child.stderr] as unknown as Held[])
      held[isHeld ? 'ref' : 'unref']();
  };
  child.on('exit', (code) => settle?.(new Error(`the commands' process ended with ${code}: ${written.stderr}`)));
  return {
    run(args, given) {
      return new Promise((done, failed) => {
        hold(true);
        settle = (outcome) => {
          hold(false);
          if (outcome instanceof Error) failed(outcome);
          else done(outcome);
        };
        child.stdin.write(`${JSON.stringify({ args, env: given })}\n`);
      });
    },
  };
}
