/** @file For tests: one raw HTTP request, with any header and any body, and its reply. */
import { request as httpRequest } from 'node:http';

export interface Reply {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The body as JSON. */
  json: () => Record<string, unknown>;
}

export interface Question {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

export function ask(
  address: string,
  path: string,
  { method = 'GET', headers = {}, body }: Question = {},
): Promise<Reply> {
  const { hostname, port } = new URL(address);
  return new Promise((resolve, reject) => {
    const request = httpRequest({ hostname, port, path, method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        resolve({ status: response.statusCode ?? 0, headers: response.headers, text, json: () => JSON.parse(text) });
      });
    });
    request.on('error', reject);
    request.end(body);
  });
}

/** POSTs JSON, as the page does. */
export const askJson = (
  address: string,
  path: string,
  value: unknown,
  headers: Record<string, string> = {},
): Promise<Reply> =>
  ask(address, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof value === 'string' ? value : JSON.stringify(value),
  });

/** POSTs one picture in a form, as browsers do. */
export async function askPrediction(
  address: string,
  bytes: Uint8Array,
  { field = 'file', name = 'picture.jpg' } = {},
): Promise<Reply> {
  const form = new FormData();
  form.append(field, new Blob([Uint8Array.from(bytes)]), name);
  const response = await fetch(`${address}/predict`, { method: 'POST', body: form });
  const text = await response.text();
  return { status: response.status, headers: Object.fromEntries(response.headers), text, json: () => JSON.parse(text) };
}
