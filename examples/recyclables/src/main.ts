/** @file The command that writes a data set: node dist/main.js DIR --count 600 --seed 1 --size 256 --dirt */
import { parseArgs } from 'node:util';
import { recyclableClasses } from './render.ts';
import { writeDataset } from './write-dataset.ts';

const usage = `Write made-up pictures of recyclables, one folder per class.

Usage: node dist/main.js DIR [options]

  --count N   clean pictures, spread over ${recyclableClasses.length} classes (default 600)
  --seed N    another seed, other pictures (default 1)
  --size N    longer side in pixels, 64 to 1024 (default 256)
  --dirt      add copies, bursts, damaged files and a turned picture
  --json      print what was written as JSON
  --help      print this

Classes: ${recyclableClasses.join(', ')}
`;

/** sysexits(3): the command was used wrongly; something could not be written. */
const exitUsage = 64;
const exitStorage = 74;

async function main(): Promise<number> {
  let request: ReturnType<typeof parse>;
  try {
    request = parse(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return exitUsage;
  }
  if (request === 'help') {
    process.stdout.write(usage);
    return 0;
  }
  const { dir, isJson, ...options } = request;
  try {
    const onProgress = process.stderr.isTTY
      ? ({ written, count }: { written: number; count: number }): void =>
          void process.stderr.write(`\r${written} of ${count} pictures`)
      : undefined;
    const result = await writeDataset(dir, { ...options, ...(onProgress && { onProgress }) });
    if (onProgress) process.stderr.write('\n');
    if (isJson) process.stdout.write(`${JSON.stringify(result)}\n`);
    else
      process.stdout.write(
        `${result.files} files in ${dir}: ${recyclableClasses.map((name) => `${result.clean[name]} ${name}`).join(', ')}${options.dirt ? `, and ${result.files - options.count} that are not clean` : ''}.\n`,
      );
    return 0;
  } catch (error) {
    process.stderr.write(`The pictures could not be written: ${(error as Error).message}\n`);
    return exitStorage;
  }
}

function parse(
  args: string[],
): 'help' | { dir: string; count: number; seed: number; sizePx: number; dirt: boolean; isJson: boolean } {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      count: { type: 'string', default: '600' },
      seed: { type: 'string', default: '1' },
      size: { type: 'string', default: '256' },
      dirt: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return 'help';
  const [dir] = positionals;
  if (dir === undefined || positionals.length > 1) throw new Error('Name one folder to write to.');
  return {
    dir,
    count: parseWhole('--count', values.count, [1, 10_000_000]),
    seed: parseWhole('--seed', values.seed, [0, 1_000_000_000]),
    sizePx: parseWhole('--size', values.size, [64, 1024]),
    dirt: values.dirt,
    isJson: values.json,
  };
}

function parseWhole(option: string, text: string, [low, high]: readonly [number, number]): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < low || value > high)
    throw new Error(`${option} is ${text}, not a whole number from ${low} to ${high}.`);
  return value;
}

process.exitCode = await main();
