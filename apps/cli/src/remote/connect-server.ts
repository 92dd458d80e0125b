/** @file A client of the server that `--server` names, whose failures are this program's own. */
import { type Client, type ClientOptions, createClient } from '@tintype/client/create-client';
import { NoAnswerError, ProblemError } from '@tintype/client/problem-error';
import { TintypeError } from '@tintype/contracts/errors';

/** Of the flag, else of the environment, where other users of the machine do not see it. */
export const tokenOf = (options: Readonly<Record<string, unknown>>): string | undefined =>
  (options.token as string | undefined) ?? process.env.TINTYPE_TOKEN;

/** Throws USAGE_INVALID unless the address is one of http or https without a name and password. */
export function connectServer(server: string, options: Omit<ClientOptions, 'server'> = {}): Client {
  const address = URL.canParse(server) ? new URL(server) : undefined;
  const isServer = address && /^https?:$/.test(address.protocol) && address.username === '' && address.search === '';
  if (!isServer) {
    const problem = 'The server is named by its address, such as http://127.0.0.1:8080.';
    throw new TintypeError('USAGE_INVALID', { problem });
  }
  return createClient({ server: `${address.origin}${address.pathname.replace(/\/+$/, '')}`, ...options });
}

/** What a client threw, as this program says it. */
export function toServerError(thrown: unknown): unknown {
  if (thrown instanceof ProblemError) {
    const { code, detail, hint } = thrown;
    return new TintypeError('SERVER_REFUSED', { code, detail, hint }, { cause: thrown });
  }
  if (thrown instanceof NoAnswerError)
    return new TintypeError('SERVER_UNREACHABLE', { reason: thrown.message }, { cause: thrown });
  return (thrown as Error | null)?.name === 'AbortError'
    ? new TintypeError('CANCELLED', {}, { cause: thrown })
    : thrown;
}
