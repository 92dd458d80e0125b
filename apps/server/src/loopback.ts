/** @file Which addresses and Host headers mean this machine alone. */

const loopbackHeader = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?$/i;

/** An address to listen on that only this machine reaches. */
export function isLoopbackHost(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(?:\.\d{1,3}){3}$/.test(host);
}

/** A Host header, port included, that names this machine. Any port: a tunnel may lead here. */
export function isLoopbackHeader(host: string): boolean {
  return loopbackHeader.test(host);
}
