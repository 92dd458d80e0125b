/** @file Makes a bucket where there is none: node scripts/make-bucket.mjs NAME. Address and keys come from the environment, as everywhere. */
import { createRequire } from 'node:module';

const [, , name] = process.argv;
if (!name) {
  console.error('usage: node scripts/make-bucket.mjs NAME');
  process.exit(64);
}
// The library is that of the package that speaks with buckets.
const require = createRequire(new URL('../packages/adapters/package.json', import.meta.url));
const { CreateBucketCommand, S3Client } = require('@aws-sdk/client-s3');
const client = new S3Client({ forcePathStyle: Boolean(process.env.AWS_ENDPOINT_URL_S3) });

/** Who asks twice, or beside another, finds that it is made. */
const isThere = ({ name: code }) => code === 'BucketAlreadyOwnedByYou' || code === 'BucketAlreadyExists';

try {
  await client.send(new CreateBucketCommand({ Bucket: name }));
  console.log(`The bucket ${name} is made.`);
} catch (error) {
  if (!isThere(error)) {
    console.error(`The bucket ${name} cannot be made: ${error.name}.`);
    process.exit(1);
  }
  console.log(`The bucket ${name} is there.`);
}
