/** @file For benchmarks of serving: requests as bytes, and a connection that sends one at a time and reads the answer's status. */
import { connect } from 'node:net';

const boundary = 'tintype-benchmark';

/** `POST /predict` with the picture as the file of a form. */
export function renderUpload(bytes, { path = '/predict', host = '127.0.0.1' } = {}) {
  const before = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="p.jpg"\r\nContent-Type: image/jpeg\r\n\r\n`;
  const after = `\r\n--${boundary}--\r\n`;
  const length = before.length + bytes.length + after.length;
  const head = [
    `POST ${path} HTTP/1.1`,
    `Host: ${host}`,
    `Content-Type: multipart/form-data; boundary=${boundary}`,
    `Content-Length: ${length}`,
    '',
    '',
  ].join('\r\n');
  return Buffer.concat([Buffer.from(head + before), bytes, Buffer.from(after)]);
}

export const renderGet = (path) => Buffer.from(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`);

/** Keeps its connection and opens another when the server has ended it. Not before the last answer may `ask` be called again. */
export class Connection {
  #target;
  #socket;
  #received = Buffer.alloc(0);
  #settle;

  constructor(address) {
    const { hostname, port } = new URL(address);
    this.#target = { host: hostname, port: Number(port) };
  }

  /** `{ status, body }`, or `{ failure, wasConnected }` where the connection ended first. */
  ask(request) {
    return new Promise((resolve) => {
      this.#settle = resolve;
      this.#open().write(request);
    });
  }

  /** Whether the next request goes over a connection that is open already. */
  get isOpen() {
    return this.#socket !== undefined && !this.#socket.destroyed && this.#socket.writable;
  }

  end() {
    this.#settle = undefined;
    this.#socket?.destroy();
  }

  #open() {
    if (this.isOpen) return this.#socket;
    const socket = connect(this.#target);
    let wasConnected = false;
    socket.setNoDelay(true);
    socket.on('connect', () => (wasConnected = true));
    socket.on('data', (chunk) => this.#read(chunk, socket));
    const onEnd = (failure) => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      this.#received = Buffer.alloc(0);
      this.#finish({ failure, wasConnected });
    };
    socket.on('error', (error) => onEnd(error.code));
    socket.on('close', () => onEnd('closed'));
    this.#socket = socket;
    return socket;
  }

  #read(chunk, socket) {
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    const end = this.#received.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#received.latin1Slice(0, end);
    const length = Number(/content-length: (\d+)/i.exec(head)?.[1] ?? 0);
    if (this.#received.length < end + 4 + length) return;
    const body = this.#received.subarray(end + 4, end + 4 + length);
    this.#received = Buffer.alloc(0);
    if (/^connection: close/im.test(head)) {
      this.#socket = undefined;
      socket.end();
    }
    this.#finish({ status: Number(head.slice(9, 12)), body });
  }

  #finish(outcome) {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(outcome);
  }
}
