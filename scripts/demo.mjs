/** @file `npm run demo`: sample pictures through the whole pipeline by the very commands a user types, then a page to try it on. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const root = resolve(import.meta.dirname, '..');
const help = `npm run demo -- [--pictures DIR] [--workspace DIR] [--count N] [--once] [--port N]

Makes a workspace, fills it with pictures, trains, evaluates and predicts, and serves the result with a page.
  --pictures DIR   a folder of class folders to use instead of the sample pictures
  --workspace DIR  where to make the workspace (default: demo-workspace)
  --count N        sample pictures to make (default: 600)
  --port N         port of the page (default: any free one)
  --once           end after the prediction instead of serving`;

const values = readOptions({
  options: {
    pictures: { type: 'string' },
    workspace: { type: 'string', default: 'demo-workspace' },
    count: { type: 'string', default: '600' },
    port: { type: 'string', default: '0' },
    once: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log(help);
  process.exit(0);
}

const startedAt = performance.now();
const seconds = () => `${((performance.now() - startedAt) / 1000).toFixed(1)} s`;
const takesColors = process.stdout.isTTY && !process.env.NO_COLOR;
const heading = (text) => {
  const line = `[${seconds().padStart(6)}] ${text}`;
  console.log(takesColors ? `\n\x1b[1m${line}\x1b[0m` : `\n${line}`);
};
const workspace = resolve(root, values.workspace);
const tintype = join(root, 'apps/cli/bin/tintype.js');

/** As a user would type it: from here where it lies below, else from the root. */
function shown(path) {
  const below = relative(process.cwd(), path) || '.';
  return below.startsWith('..') ? path : below;
}

function run(command, args) {
  const { status, signal } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status !== 0) {
    console.error(`\nThe demo stopped: the step above ended with ${signal ?? status}.`);
    process.exit(status ?? 1);
  }
}

/** Shows the command as a user would type it, then runs it. */
function step(title, args) {
  heading(title);
  console.log(
    `$ npx tintype ${args.map((a) => (/\s/.test(a) ? `"${a}"` : a)).join(' ')} --workspace ${shown(workspace)}`,
  );
  run(process.execPath, [tintype, ...args, '--workspace', workspace]);
}

const pictures = values.pictures ? resolve(values.pictures) : join(workspace, 'sample-pictures');
if (values.pictures && !existsSync(pictures)) {
  console.error(
    `error: there is no folder ${pictures}.\nnext:  name a folder that holds one folder of pictures per class`,
  );
  process.exit(66);
}
heading('Build');
run('npm', ['run', '--silent', 'build']);

mkdirSync(workspace, { recursive: true });
if (!values.pictures && !existsSync(pictures)) {
  heading(`Make ${values.count} sample pictures (synthetic recyclables)`);
  run(process.execPath, [join(root, 'examples/recyclables/dist/main.js'), pictures, '--count', values.count, '--dirt']);
}
if (!existsSync(join(workspace, 'tintype.yaml'))) {
  heading('Workspace');
  console.log(`$ npx tintype init ${shown(workspace)}`);
  run(process.execPath, [tintype, 'init', workspace]);
}

step('Ingest', ['ingest', pictures, '--labels', 'folder']);
step('Catalog', ['catalog']);
step('Train', ['train', '--promote', 'always']);
step('Evaluate', ['evaluate']);
step('Predict', ['predict', ...unseenPictures()]);
heading(`Done: from pictures to a classifier in ${seconds()}`);

if (!values.once) {
  heading('Serve');
  const server = spawn(process.execPath, [tintype, 'start', '--port', values.port, '--workspace', workspace], {
    cwd: root,
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => server.kill(signal));
  server.on('exit', (code) => process.exit(code ?? 0));
}

/** Ends with the problem and the help where the options are wrong. */
function readOptions(config) {
  try {
    const { values } = parseArgs(config);
    if (!/^[1-9]\d{0,4}$/.test(values.count)) throw new Error(`--count takes a whole number, not '${values.count}'.`);
    if (!/^\d{1,5}$/.test(values.port)) throw new Error(`--port takes a whole number, not '${values.port}'.`);
    return values;
  } catch (error) {
    console.error(`error: ${error.message}\n\n${help}`);
    return process.exit(64);
  }
}

/** Pictures that training did not see: five new ones of another seed; of pictures given with --pictures the last of each class. */
function unseenPictures() {
  if (values.pictures) {
    return readdirSync(pictures, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .slice(0, 5)
      .flatMap((entry) => {
        const files = readdirSync(join(pictures, entry.name)).filter((name) => /\.(jpe?g|png|webp)$/i.test(name));
        return files.slice(-1).map((name) => join(pictures, entry.name, name));
      });
  }
  const unseen = join(workspace, 'unseen-pictures');
  if (!existsSync(unseen))
    run(process.execPath, [join(root, 'examples/recyclables/dist/main.js'), unseen, '--count', '5', '--seed', '77']);
  return [unseen];
}
