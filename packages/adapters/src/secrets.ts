/** @file The machine's own random numbers, where they keep somebody out. */
import { randomBytes } from 'node:crypto';

/** 256 bits as base64url. */
export const newSecret = (): string => randomBytes(32).toString('base64url');
