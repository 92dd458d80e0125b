/** @file compose.yaml and Dockerfile by what must hold of them; whether they start is tried where there is Docker. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { parse } from 'yaml';
import { commands } from '../apps/cli/src/commands.ts';
import { repositoryFolder } from './cli.ts';

interface Service {
  image: string;
  command?: string[];
  user?: string;
  read_only?: boolean;
  cap_drop?: string[];
  security_opt?: string[];
  restart?: string;
  ports?: string[];
  environment?: Record<string, string>;
  secrets?: string[];
  volumes?: string[];
  networks?: string[];
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test: string[] };
}

interface Compose {
  services: Record<string, Service>;
  secrets: Record<string, { file: string }>;
  networks: Record<string, { internal?: boolean } | null>;
  volumes: Record<string, unknown>;
}

const read = (name: string): string => readFileSync(join(repositoryFolder, name), 'utf8');
const compose = parse(read('compose.yaml'), { merge: true }) as Compose;
const services = Object.entries(compose.services);

test.each(services)('the container %s is confined, of a version, and comes back', (name, service) => {
  expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
  expect(service.image).toMatch(/:(?!latest)[\w.-]+$/);
  expect(service.restart).toBe(name === 'bucket' ? 'no' : 'unless-stopped');
});

test('only this machine reaches the api, and nothing reaches database and store', () => {
  expect(services.flatMap(([name, { ports = [] }]) => ports.map((port) => `${name} ${port}`))).toEqual([
    'api 127.0.0.1:8080:8080',
  ]);
  expect(compose.networks.back).toEqual({ internal: true });
  for (const name of ['database', 'store', 'bucket']) expect(compose.services[name]?.networks).toEqual(['back']);
});

test('secrets are files, each is made by the script, and none is in the environment', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tintype-secrets-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [script, made] = [join(repositoryFolder, 'scripts/make-secrets.mjs'), join(folder, 'secrets')];

  execFileSync(process.execPath, [script, made]);
  const again = spawnSync(process.execPath, [script, made]);

  expect(readdirSync(made).toSorted()).toEqual(Object.keys(compose.secrets).toSorted());
  expect(statSync(made).mode & 0o777).toBe(0o700);
  expect(again.status).toBe(73);
  const password = readFileSync(join(made, 'database_password'), 'utf8');
  expect(readFileSync(join(made, 'database_url'), 'utf8')).toBe(`postgres://tintype:${password}@database/tintype`);
  for (const [, { environment = {}, secrets = [] }] of services) {
    const open = Object.keys(environment).filter(
      (key) => /PASSWORD|SECRET|TOKEN|KEY/.test(key) && !key.endsWith('_FILE'),
    );
    expect(open).toEqual([]);
    for (const secret of secrets) expect(compose.secrets).toHaveProperty(secret);
  }
});

test('containers wait for what they need, and what is waited for says when it is well', () => {
  const isSaid: Record<string, (service: Service | undefined) => boolean> = {
    service_healthy: (service) => service?.healthcheck !== undefined,
    service_completed_successfully: (service) => service?.restart === 'no',
  };
  const unsaid = services.flatMap(([name, { depends_on: needs = {} }]) =>
    Object.entries(needs)
      .filter(([other, { condition }]) => isSaid[condition]?.(compose.services[other]) !== true)
      .map(([other]) => `${name} waits for ${other}`),
  );

  expect(unsaid).toEqual([]);
  expect(compose.services.api?.healthcheck?.test).toContain('--eval');
});

test('commands and options of the containers exist', () => {
  for (const name of ['api', 'worker']) {
    const [first, ...words] = compose.services[name]?.command ?? [];
    const known = commands.find((command) => command.name === first)?.options.map(({ flags }) => flags.split(' ')[0]);
    for (const word of words.filter((each) => each.startsWith('--'))) expect(known).toContain(word);
  }
});

test('the image is built from what is here, by the commands of a clean clone, and runs as nobody', () => {
  const lines = read('Dockerfile').split('\n');
  const copied = lines.flatMap((line) => /^COPY --from=build \/app\/(\S+)/.exec(line)?.[1] ?? []);

  expect(copied.filter((path) => !existsSync(join(repositoryFolder, path)))).toEqual([]);
  expect(copied).toContain('scripts/make-bucket.mjs');
  expect(lines.findLast((line) => line.startsWith('USER '))).toBe('USER 65532:65532');
  for (const line of ['RUN npm ci --no-audit --no-fund', 'RUN npm run build']) expect(lines).toContain(line);
  for (const line of lines.filter((each) => each.startsWith('FROM '))) expect(line).toMatch(/node:24-bookworm-slim/);
  const ignored = read('.dockerignore').split('\n');
  for (const name of ['.git', 'secrets', '**/node_modules', '**/dist']) expect(ignored).toContain(name);
});
