/** @file A real S3 server on this machine for tests: Ceph's gateway (Debian's radosgw) where it is installed, else moto_server. */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';

export interface RealS3 extends AsyncDisposable {
  name: 'radosgw' | 'moto_server';
  endpoint: string;
  /** What the SDK's chain finds in the environment. */
  credentials: { AWS_ACCESS_KEY_ID: string; AWS_SECRET_ACCESS_KEY: string };
}

const run = promisify(execFile);
const credentials = { AWS_ACCESS_KEY_ID: 'TINTYPETEST', AWS_SECRET_ACCESS_KEY: 'tintype-test-secret' };
const startMs = 90_000;

const isInstalled = (...programs: readonly string[]): boolean =>
  programs.every((program) =>
    [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'].some((folder) => existsSync(join(folder, program))),
  );

/** Why there is none, or undefined where one can be started. TINTYPE_REQUIRE_S3 makes its absence a failure. */
export function whyNoRealS3(): string | undefined {
  if (canStartCeph() || isInstalled('moto_server') || process.env.TINTYPE_REQUIRE_S3) return undefined;
  return 'neither radosgw nor moto_server is installed';
}

const canStartCeph = (): boolean =>
  process.getuid?.() === 0 && isInstalled('radosgw', 'ceph-mon', 'ceph-osd', 'ceph', 'monmaptool');

export async function startRealS3(): Promise<RealS3> {
  return canStartCeph() ? startCeph() : startMoto();
}

async function startMoto(): Promise<RealS3> {
  const port = await freePort();
  const child = spawn('moto_server', ['-H', '127.0.0.1', '-p', `${port}`], { stdio: 'ignore' });
  const endpoint = `http://127.0.0.1:${port}`;
  await untilAnswered(endpoint);
  return { name: 'moto_server', endpoint, credentials, [Symbol.asyncDispose]: () => end([child]) };
}

/** One monitor, one object daemon in memory, one gateway, all on the loopback and in one folder. */
async function startCeph(): Promise<RealS3> {
  const folder = await mkdtemp(join(tmpdir(), 'tintype-ceph-'));
  const [monitorPort, port] = [await freePort(), await freePort()];
  const conf = join(folder, 'ceph.conf');
  const cluster = randomUUID();
  await writeFile(conf, cephConf({ folder, cluster, monitorPort, port }));
  for (const name of ['mon', 'osd', 'run']) await mkdir(join(folder, name));
  const ceph = (...words: string[]): Promise<unknown> =>
    run('ceph', ['-c', conf, '--connect-timeout', '30', ...words], { timeout: startMs });
  const children: ChildProcess[] = [];
  const start = (program: string, ...words: string[]): void => {
    children.push(spawn(program, ['-c', conf, '-f', ...words], { stdio: 'ignore' }));
  };
  const dispose = async (): Promise<void> => {
    await end(children.toReversed());
    await rm(folder, { recursive: true, force: true });
  };

  try {
    const map = join(folder, 'monmap');
    await run('monmaptool', ['--create', '--add', 'a', `127.0.0.1:${monitorPort}`, '--fsid', cluster, map]);
    await run('ceph-mon', ['-c', conf, '--mkfs', '-i', 'a', '--monmap', map]);
    start('ceph-mon', '-i', 'a');
    await ceph('mon', 'stat');
    const device = randomUUID();
    // The daemon's folder has to be there before the monitor knows the daemon.
    await run('ceph-osd', ['-c', conf, '-i', '0', '--mkfs', '--osd-uuid', device]);
    await ceph('osd', 'new', device);
    await ceph('osd', 'crush', 'add', 'osd.0', '1', 'root=default', 'host=localhost');
    start('ceph-osd', '-i', '0');
    start('radosgw', '-n', 'client.rgw');
    const user = ['--uid', 'tester', '--display-name', 'tester'];
    const keys = ['--access-key', credentials.AWS_ACCESS_KEY_ID, '--secret', credentials.AWS_SECRET_ACCESS_KEY];
    await run('radosgw-admin', ['-c', conf, '-n', 'client.rgw', 'user', 'create', ...user, ...keys], {
      timeout: startMs,
    });
    const endpoint = `http://127.0.0.1:${port}`;
    await untilAnswered(endpoint);
    return { name: 'radosgw', endpoint, credentials, [Symbol.asyncDispose]: dispose };
  } catch (error) {
    await dispose();
    throw error;
  }
}

function cephConf({
  folder,
  cluster,
  monitorPort,
  port,
}: Record<'folder' | 'cluster', string> & Record<'monitorPort' | 'port', number>): string {
  return `[global]
fsid = ${cluster}
mon host = 127.0.0.1:${monitorPort}
auth cluster required = none
auth service required = none
auth client required = none
ms mon client mode = crc
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 1000
osd crush chooseleaf type = 0
run dir = ${folder}/run
admin socket = ${folder}/run/$name.asok
log file = ${folder}/$name.log
pid file = ${folder}/run/$name.pid
crash dir = ${folder}
[mon]
mon data = ${folder}/mon
mon initial members = a
[osd]
osd data = ${folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
public addr = 127.0.0.1
cluster addr = 127.0.0.1
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:${port}
rgw enable usage log = false
rgw thread pool size = 32
`;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function untilAnswered(endpoint: string): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const isUp = await fetch(endpoint, { signal: AbortSignal.timeout(2000) }).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    if (performance.now() - startedAt > startMs) throw new Error(`No server answers at ${endpoint}.`);
    await sleep(200);
  }
}

async function end(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }
}
