/** @file Bytes that no HTTP library would send: slow, cut, doubled, smuggled, mutated. The server answers 4xx or hangs up, and goes on. */
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import * as fc from 'fast-check';
import { mapLimited, tinyPicture } from '../served-workspace.mjs';

const waitMs = 1500;
const atOnce = 24;
const host = 'host: 127.0.0.1\r\n';
const picture = tinyPicture.toString('latin1');
const form = `--x\r\ncontent-disposition: form-data; name="file"; filename="a.gif"\r\ncontent-type: image/gif\r\n\r\n${picture}\r\n--x--\r\n`;
const formHead = `POST /predict HTTP/1.1\r\n${host}content-type: multipart/form-data; boundary=x\r\n`;
const goodForm = `${formHead}content-length: ${form.length}\r\nconnection: close\r\n\r\n${form}`;
const imageHead = `POST /predict HTTP/1.1\r\n${host}content-type: image/gif\r\n`;
const chunkedHead = `${imageHead}transfer-encoding: chunked\r\n`;
const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;

/** Name -> bytes as latin1. */
const crafted = {
  'a good form': goodForm,
  'a picture in chunks of one byte': `${chunkedHead}connection: close\r\n\r\n${Array.from(picture, chunk).join('')}0\r\n\r\n`,
  'good trailers': `${chunkedHead}trailer: x-a\r\nconnection: close\r\n\r\n${chunk(picture)}0\r\nx-a: 1\r\n\r\n`,
  'trailers that are no headers': `${chunkedHead}\r\n${chunk(picture)}0\r\nnonsense\r\n\r\n`,
  'a trailer that is a length': `${chunkedHead}\r\n${chunk(picture)}0\r\ncontent-length: 5\r\n\r\n`,
  'trailers without end': `${chunkedHead}\r\n${chunk(picture)}0\r\n${'x-a: 1\r\n'.repeat(5000)}`,
  'a chunk size that is no number': `${chunkedHead}\r\nzz\r\n${picture}\r\n0\r\n\r\n`,
  'a chunk size that is negative': `${chunkedHead}\r\n-1\r\n${picture}\r\n0\r\n\r\n`,
  'a chunk size beyond all numbers': `${chunkedHead}\r\nffffffffffffffffff\r\n${picture}\r\n0\r\n\r\n`,
  'a chunk longer than it says': `${chunkedHead}\r\n3\r\n${picture}\r\n0\r\n\r\n`,
  'a chunk extension without end': `${chunkedHead}\r\n3;${'a'.repeat(40_000)}\r\nabc\r\n0\r\n\r\n`,
  'chunks that never end': `${chunkedHead}\r\n${chunk('abc').repeat(100)}`,
  'a length and chunks': `${chunkedHead}content-length: 4\r\n\r\n${chunk(picture)}0\r\n\r\n`,
  'two lengths': `${imageHead}content-length: 3\r\ncontent-length: 4\r\n\r\nabcd`,
  'two equal lengths': `${imageHead}content-length: 3\r\ncontent-length: 3\r\n\r\nabc`,
  'a negative length': `${imageHead}content-length: -3\r\n\r\nabc`,
  'a length that is no number': `${imageHead}content-length: 3abc\r\n\r\nabc`,
  'a length beyond all numbers': `${imageHead}content-length: 99999999999999999999999\r\n\r\nabc`,
  'a length with a sign': `${imageHead}content-length: +3\r\n\r\nabc`,
  'a length larger than the body': `${imageHead}content-length: 1000\r\n\r\nabc`,
  'a length smaller than the body': `${imageHead}content-length: 3\r\n\r\nabcGET /smuggled HTTP/1.1\r\n${host}\r\n`,
  'transfer encodings that are none': `${imageHead}transfer-encoding: xchunked\r\n\r\n${chunk(picture)}0\r\n\r\n`,
  'two transfer encodings': `${imageHead}transfer-encoding: chunked, identity\r\n\r\n${chunk(picture)}0\r\n\r\n`,
  'a space before a colon': `GET /health HTTP/1.1\r\nhost : 127.0.0.1\r\n\r\n`,
  'a header without a colon': `GET /health HTTP/1.1\r\n${host}nonsense\r\n\r\n`,
  'a folded header': `GET /health HTTP/1.1\r\n${host}x: a\r\n b\r\n\r\n`,
  'a header with NUL': `GET /health HTTP/1.1\r\n${host}x: a\0b\r\n\r\n`,
  'a header of 8 bits': `GET /health HTTP/1.1\r\n${host}x: \xff\xfe\r\n\r\n`,
  'a header name of 8 bits': `GET /health HTTP/1.1\r\n${host}x\xff: a\r\n\r\n`,
  'no host': 'GET /health HTTP/1.1\r\n\r\n',
  'two hosts': `GET /health HTTP/1.1\r\n${host}host: evil.test\r\n\r\n`,
  'a host with a path': 'GET /health HTTP/1.1\r\nhost: 127.0.0.1/x@evil.test\r\n\r\n',
  'line feeds alone': 'GET /health HTTP/1.1\nhost: 127.0.0.1\n\n',
  'carriage returns alone': 'GET /health HTTP/1.1\rhost: 127.0.0.1\r\r',
  'HTTP/0.9': 'GET /health\r\n\r\n',
  'HTTP/1.0': `GET /health HTTP/1.0\r\n\r\n`,
  'HTTP/9.9': `GET /health HTTP/9.9\r\n${host}\r\n`,
  'HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  'the beginning of TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
  'an unknown method': `FUZZ /health HTTP/1.1\r\n${host}\r\n`,
  'a method in small letters': `get /health HTTP/1.1\r\n${host}\r\n`,
  CONNECT: `CONNECT 127.0.0.1:22 HTTP/1.1\r\n${host}\r\n`,
  TRACE: `TRACE / HTTP/1.1\r\n${host}\r\n`,
  'an asterisk': `OPTIONS * HTTP/1.1\r\n${host}\r\n`,
  'an absolute address': `GET http://127.0.0.1/health HTTP/1.1\r\n${host}connection: close\r\n\r\n`,
  'an absolute address elsewhere': `GET http://evil.test/health HTTP/1.1\r\n${host}connection: close\r\n\r\n`,
  'a path without a slash': `GET health HTTP/1.1\r\n${host}\r\n`,
  'a path with spaces': `GET /he alth HTTP/1.1\r\n${host}\r\n`,
  'a path with NUL': `GET /\0 HTTP/1.1\r\n${host}\r\n`,
  'a path without end': `GET /${'a'.repeat(60_000)} HTTP/1.1\r\n${host}\r\n`,
  'headers without end': `GET / HTTP/1.1\r\n${host}${'x: 1\r\n'.repeat(10_000)}\r\n`,
  'an upgrade': `GET / HTTP/1.1\r\n${host}connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-key: eA==\r\n\r\n`,
  'an expectation': `${imageHead}expect: 100-continue\r\ncontent-length: ${picture.length}\r\nconnection: close\r\n\r\n${picture}`,
  'an expectation that is none': `${imageHead}expect: miracles\r\ncontent-length: 3\r\nconnection: close\r\n\r\nabc`,
  'a body of GET': `GET /health HTTP/1.1\r\n${host}content-length: 3\r\nconnection: close\r\n\r\nabc`,
  'three requests at once': `GET /health/live HTTP/1.1\r\n${host}\r\n`.repeat(3),
  'a form with a wrong boundary': `${formHead.replace('=x', '=y')}content-length: ${form.length}\r\nconnection: close\r\n\r\n${form}`,
  'a form without a boundary': `${formHead.replace('; boundary=x', '')}content-length: ${form.length}\r\n\r\n${form}`,
  'a form that is cut': `${formHead}content-length: ${form.length >> 1}\r\nconnection: close\r\n\r\n${form.slice(0, form.length >> 1)}`,
  'a form part with headers without end': `${formHead}content-length: 70000\r\n\r\n--x\r\n${'a: b\r\n'.repeat(11_000)}`,
  'nothing at all': '',
  'empty lines': '\r\n'.repeat(1000),
  noise: Array.from({ length: 2000 }, (_, n) => String.fromCharCode((n * 7919 + 13) % 256)).join(''),
};

/** Sends the bytes in one go and gives the statuses that came back until the connection ended or nothing came for a while. */
function send({ hostname, port }, text) {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => socket.write(Buffer.from(text, 'latin1')));
    const timer = setTimeout(() => socket.destroy(), waitMs);
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(timer);
      resolve([...received.matchAll(/^HTTP\/1\.[01] (\d{3})/gm)].map(([, status]) => Number(status)));
    });
  });
}

/** A good request with a few bytes changed, put in, or taken out. */
const slip = fc.record({
  at: fc.nat(goodForm.length),
  way: fc.constantFrom('change', 'insert', 'remove', 'cut'),
  with: fc.nat(255),
});
const mutated = fc.array(slip, { minLength: 1, maxLength: 6 }).map((slips) =>
  slips.reduce((text, { at, way, with: code }) => {
    const byte = String.fromCharCode(code);
    if (way === 'change') return text.slice(0, at) + byte + text.slice(at + 1);
    if (way === 'insert') return text.slice(0, at) + byte + text.slice(at);
    return way === 'remove' ? text.slice(0, at) + text.slice(at + 1) : text.slice(0, Math.max(1, at));
  }, goodForm),
);

/** Connections that hold a request open and give a byte now and then; others must not notice. */
async function holdOpen({ hostname, port }, count) {
  const sockets = Array.from({ length: count }, () => {
    const socket = connect(Number(port), hostname, () => socket.write(`${imageHead}content-length: 100000\r\n\r\n`));
    socket.on('error', () => {});
    return socket;
  });
  const timer = setInterval(() => {
    for (const socket of sockets) if (!socket.destroyed) socket.write('x');
  }, 50);
  await delay(300);
  return () => {
    clearInterval(timer);
    for (const socket of sockets) socket.destroy();
  };
}

async function timeLiveness(address) {
  const durations = [];
  for (let n = 0; n < 50; n += 1) {
    const startedAt = performance.now();
    await (await fetch(`${address}/health/live`)).text();
    durations.push(performance.now() - startedAt);
  }
  return Math.round(durations.toSorted((a, b) => a - b)[Math.floor(durations.length * 0.95)]);
}

export async function testRawHttp({ address, requests, seed }) {
  const where = new URL(address);
  const mutations = fc.sample(mutated, { numRuns: requests, seed });
  const all = [...Object.entries(crafted), ...mutations.map((text, n) => [`mutation ${n}`, text])];
  const statuses = {};
  const serverErrors = [];
  let hungUp = 0;
  await mapLimited(all, atOnce, async ([name, text]) => {
    const seen = await send(where, text);
    if (seen.length === 0) hungUp += 1;
    for (const status of seen) statuses[status] = (statuses[status] ?? 0) + 1;
    if (seen.some((status) => status >= 500)) serverErrors.push({ name, text: text.slice(0, 400) });
  });
  const release = await holdOpen(where, 100);
  const liveP95Ms = await timeLiveness(address);
  const [afterwards] = await send(where, goodForm);
  release();
  const met = serverErrors.length === 0 && afterwards === 200 && liveP95Ms <= 200;
  return { met, requests: all.length, statuses, hungUp, serverErrors, slowConnections: 100, liveP95Ms, afterwards };
}
