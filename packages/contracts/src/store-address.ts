/** @file Where objects are: a folder of this machine, or a place in a bucket of a cloud. */
import { z } from 'zod';

/** Kinds of object stores. */
export const storeSchemes = ['file', 's3', 'gs'] as const;
export type StoreScheme = (typeof storeSchemes)[number];

export type StoreAddress = { scheme: 'file'; folder: string } | CloudAddress;

export interface CloudAddress {
  scheme: Exclude<StoreScheme, 'file'>;
  bucket: string;
  /** Beginning of every key, with its slash at the end; empty for the whole bucket. */
  prefix: string;
}

const cloudPattern =
  /^(?<scheme>s3|gs):\/\/(?<bucket>[A-Za-z0-9][A-Za-z0-9._-]{1,220}[A-Za-z0-9])(?:\/(?<prefix>.*))?$/su;
const longestPrefix = 900;

/** `file:FOLDER`, `s3://BUCKET/PREFIX` or `gs://BUCKET/PREFIX`. Letters of the prefix stand for themselves: nothing in it is decoded. */
export const storeAddressSchema = z
  .string()
  .refine(
    (text) => findStoreAddress(text) !== undefined,
    'must be file:FOLDER, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX',
  );

/** Undefined where the text is not the address of a store. */
export function findStoreAddress(text: string): StoreAddress | undefined {
  if (/^file:./su.test(text)) return { scheme: 'file', folder: text.slice('file:'.length) };
  const { scheme, bucket, prefix = '' } = cloudPattern.exec(text)?.groups ?? {};
  if (bucket === undefined || prefix.length > longestPrefix || /\p{Cc}/u.test(prefix)) return undefined;
  const parts = prefix.replace(/\/$/, '').split('/');
  if (prefix !== '' && parts.some((part) => part === '' || part === '.' || part === '..')) return undefined;
  return { scheme: scheme as CloudAddress['scheme'], bucket, prefix: prefix === '' ? '' : `${parts.join('/')}/` };
}

/** Of a text that `storeAddressSchema` has taken. */
export function parseStoreAddress(text: string): StoreAddress {
  const address = findStoreAddress(text);
  if (!address) throw new Error(`${text} is not the address of a store`);
  return address;
}

/** Whether a person means a bucket and not a file of this machine. */
export function isCloudAddress(text: string): boolean {
  return /^(?:s3|gs):\/\//u.test(text);
}

/** The one way to write an address: `s3://photos/incoming/`. */
export function renderStoreAddress(address: StoreAddress): string {
  return address.scheme === 'file'
    ? `file:${address.folder}`
    : `${address.scheme}://${address.bucket}/${address.prefix}`;
}
