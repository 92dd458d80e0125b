/** @file What Google Cloud Storage says, as far as object stores need it: its JSON API, no tokens checked. */
import { createHash } from 'node:crypto';
import { CRC32C } from '@google-cloud/storage';
import type { CloudAnswer, CloudRequest, FakeCloud, StoredObject } from './fake-cloud.ts';
import { listKeys, startFakeCloud } from './fake-cloud.ts';

interface Upload {
  path: string;
  condition: string | null;
  received: Buffer[];
}

export const startFakeGcs = (): Promise<FakeCloud> => {
  const uploads = new Map<string, Upload>();
  return startFakeCloud((request, cloud) => speakGcs(request, cloud, uploads));
};

const objectPath = /^(?<upload>\/upload)?\/storage\/v1\/b\/(?<bucket>[^/]+)(?<objects>\/o(?:\/(?<name>.+))?)?$/s;

function speakGcs(request: CloudRequest, cloud: FakeCloud, uploads: Map<string, Upload>): CloudAnswer {
  const { upload, bucket = '', objects, name } = objectPath.exec(request.path)?.groups ?? {};
  if (bucket === 'nowhere') return refuse(404, 'notFound');
  if (bucket === 'closed') return refuse(403, 'forbidden');
  if (upload) return receive(request, cloud, { uploads, bucket });
  if (objects === undefined) return json({ name: bucket });
  if (name === undefined) return list(request, cloud, bucket);
  const path = `${bucket}/${name}`;
  const object = cloud.objects.get(path);
  const wanted = request.query.get('generation');
  if (!object || (wanted !== null && wanted !== String(object.generation))) return refuse(404, 'notFound');
  if (request.method === 'DELETE') {
    cloud.objects.delete(path);
    return { status: 204 };
  }
  return request.query.get('alt') === 'media' ? give(request, object) : json(describe(name, object));
}

function receive(
  request: CloudRequest,
  cloud: FakeCloud,
  { uploads, bucket }: { uploads: Map<string, Upload>; bucket: string },
): CloudAnswer {
  const id = request.query.get('upload_id');
  const path = `${bucket}/${request.query.get('name')}`;
  const condition = request.query.get('ifGenerationMatch');
  if (id !== null) return receivePart(request, cloud, uploads.get(id));
  if (request.query.get('uploadType') === 'resumable') {
    const next = `${uploads.size}`;
    uploads.set(next, { path, condition, received: [] });
    const location = `${cloud.endpoint}/upload/storage/v1/b/${bucket}/o?uploadType=resumable&upload_id=${next}`;
    return { status: 200, headers: { location } };
  }
  const boundary = /boundary="?([^";]+)/.exec(request.headers['content-type'] ?? '')?.[1] ?? '';
  return store(cloud, { path, condition, received: [secondPart(request.body, boundary)] });
}

function receivePart({ headers, body }: CloudRequest, cloud: FakeCloud, upload: Upload | undefined): CloudAnswer {
  if (!upload) return refuse(404, 'notFound');
  upload.received.push(body);
  const total = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1];
  const done = upload.received.reduce((sum, part) => sum + part.byteLength, 0);
  const isLast = headers['content-range'] === undefined || Number(total) === done;
  if (!isLast) return { status: 308, headers: done > 0 ? { range: `bytes=0-${done - 1}` } : {} };
  return store(cloud, upload);
}

function store(cloud: FakeCloud, { path, condition, received }: Upload): CloudAnswer {
  if (condition === '0' && cloud.objects.has(path)) return refuse(412, 'conditionNotMet');
  cloud.put(path, Buffer.concat(received));
  return json(describe(path.slice(path.indexOf('/') + 1), cloud.objects.get(path) as StoredObject));
}

/** Of a body in two parts: what is described, and its bytes. */
function secondPart(body: Buffer, boundary: string): Buffer {
  const second = body.indexOf(`--${boundary}`, body.indexOf(`--${boundary}`) + 1);
  const start = body.indexOf('\r\n\r\n', second) + 4;
  return body.subarray(start, body.lastIndexOf(`\r\n--${boundary}--`));
}

function give({ headers }: CloudRequest, object: StoredObject): CloudAnswer {
  const { bytes } = object;
  const told = { 'x-goog-generation': String(object.generation), 'x-goog-hash': `crc32c=${crc32c(bytes)}` };
  const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
  if (!range) return { status: 200, headers: told, body: bytes };
  const start = Number(range[1]);
  const end = Math.min(bytes.byteLength, range[2] ? Number(range[2]) + 1 : bytes.byteLength);
  if (start >= bytes.byteLength) return refuse(416, 'requestedRangeNotSatisfiable');
  const contentRange = `bytes ${start}-${end - 1}/${bytes.byteLength}`;
  return { status: 206, headers: { ...told, 'content-range': contentRange }, body: bytes.subarray(start, end) };
}

function list({ query }: CloudRequest, cloud: FakeCloud, bucket: string): CloudAnswer {
  const most = Number(query.get('maxResults') ?? 1000);
  const keys = listKeys(cloud, {
    bucket,
    prefix: query.get('prefix') ?? '',
    from: query.get('startOffset') ?? '',
    after: Buffer.from(query.get('pageToken') ?? '', 'base64').toString(),
    most,
  });
  const page = keys.slice(0, most);
  const next = keys.length > page.length ? { nextPageToken: Buffer.from(page.at(-1) ?? '').toString('base64') } : {};
  return json({
    items: page.map((key) => describe(key, cloud.objects.get(`${bucket}/${key}`) as StoredObject)),
    ...next,
  });
}

function describe(name: string, { bytes, modifiedAt, generation }: StoredObject): object {
  return {
    name,
    size: String(bytes.byteLength),
    generation: String(generation),
    updated: new Date(modifiedAt).toISOString(),
    md5Hash: createHash('md5').update(bytes).digest('base64'),
    crc32c: crc32c(bytes),
  };
}

function crc32c(bytes: Buffer): string {
  const sum = new CRC32C();
  sum.update(bytes);
  return sum.toString();
}

const json = (body: object): CloudAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});

function refuse(code: number, reason: string): CloudAnswer {
  return { ...json({ error: { code, message: 'no', errors: [{ reason }] } }), status: code };
}
