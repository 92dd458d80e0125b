/**
 * @file Notifications as clouds send them: each 1 to 5 times, in any order, some when everything is over, one in fifty never. Whatever comes, each
 * object must have had one effect when a look at everything is over. Buckets and queues are servers of this machine that speak as the clouds do.
 */
import { parseArgs } from 'node:util';
import { measureDropZone } from './events/drop-zone.mjs';
import { measureSync } from './events/sync.mjs';

const { values } = parseArgs({
  options: { objects: { type: 'string', default: '5000' }, short: { type: 'boolean', default: false } },
});
Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'key', AWS_SECRET_ACCESS_KEY: 'secret' });
const count = values.short ? 400 : Number(values.objects);
const round = (result) => ({ ...result, seconds: Math.round(result.seconds * 10) / 10 });

const dropZone = round(await measureDropZone(count));
const sync = round(await measureSync(count));
const met = dropZone.isOneEach && sync.isOneEach;
console.log(JSON.stringify({ dropZone, sync, bars: { effects: 1 }, met }));
process.exitCode = met ? 0 : 1;
