/**
 * @file Makes the secrets of compose.yaml, once: node scripts/make-secrets.mjs FOLDER. The folder is its owner's alone; the files in it can be read by
 * the users of the containers that they are mounted into.
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [, , folder] = process.argv;
if (!folder) {
  console.error('usage: node scripts/make-secrets.mjs FOLDER');
  process.exit(64);
}
const random = () => randomBytes(24).toString('hex');
const [password, accessKey, secretKey] = [random(), random().slice(0, 20), random()];
const identity = {
  name: 'tintype',
  credentials: [{ accessKey, secretKey }],
  actions: ['Admin', 'Read', 'List', 'Tagging', 'Write'],
};
const files = {
  database_password: password,
  database_url: `postgres://tintype:${password}@database/tintype`,
  s3_credentials: `[default]\naws_access_key_id = ${accessKey}\naws_secret_access_key = ${secretKey}\n`,
  s3_identities: JSON.stringify({ identities: [identity] }),
};
try {
  mkdirSync(folder, { mode: 0o700 });
} catch (error) {
  if (error.code !== 'EEXIST') throw error;
  console.error(`${folder} is there already: its secrets are those that database and store were made with.`);
  process.exit(73);
}
for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text, { flag: 'wx', mode: 0o644 });
console.log(`${folder} has the secrets of database and store.`);
