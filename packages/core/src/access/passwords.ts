/** @file Passwords as scrypt hashes (RFC 7914): 64 MiB each, so that guessing costs memory too. */
import { type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

interface Cost {
  /** Base-2 logarithm of N. */
  log2: number;
  blockSize: number;
  parallelization: number;
}

const usualCost: Cost = { log2: 16, blockSize: 8, parallelization: 1 };
const keyBytes = 32;

/** `scrypt:16:8:1:SALT:KEY`; the cost stands in it, so that it can be raised. */
export async function hashPassword(password: string, salt: string, cost: Cost = usualCost): Promise<string> {
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.log2, cost.blockSize, cost.parallelization, salt, key.toString('base64url')].join(':');
}

/** Costs as much where there is no such user. */
export async function isPassword(password: string, stored: string | undefined): Promise<boolean> {
  const [, log2, blockSize, parallelization, salt = '', key = ''] = (stored ?? nobodys).split(':');
  const cost = { log2: Number(log2), blockSize: Number(blockSize), parallelization: Number(parallelization) };
  const wanted = Buffer.from(key, 'base64url');
  const found = await derive(password, salt, cost);
  return wanted.length === found.length && timingSafeEqual(wanted, found) && stored !== undefined;
}

const nobodys = `scrypt:${usualCost.log2}:${usualCost.blockSize}:${usualCost.parallelization}:nobody:${Buffer.alloc(keyBytes).toString('base64url')}`;

function derive(password: string, salt: string, { log2, blockSize, parallelization }: Cost): Promise<Buffer> {
  const N = 2 ** log2;
  const options: ScryptOptions = { N, r: blockSize, p: parallelization, maxmem: 2 * 128 * N * blockSize };
  return new Promise((resolve, reject) => {
    // The same letters typed on another keyboard are the same password.
    scrypt(password.normalize('NFKC'), salt, keyBytes, options, (error, key) => (error ? reject(error) : resolve(key)));
  });
}
