/** @file What S3 says, as far as object stores need it: REST by path, no signatures checked. */
import { randomUUID } from 'node:crypto';
import type { CloudAnswer, CloudRequest, FakeCloud, StoredObject } from './fake-cloud.ts';
import { listKeys, startFakeCloud } from './fake-cloud.ts';

export const startFakeS3 = (): Promise<FakeCloud> => {
  const uploads = new Map<string, Map<number, Buffer>>();
  return startFakeCloud((request, cloud) => speakS3(request, cloud, uploads));
};

type Uploads = Map<string, Map<number, Buffer>>;

function speakS3(request: CloudRequest, cloud: FakeCloud, uploads: Uploads): CloudAnswer {
  const [, bucket = '', key = ''] = /^\/([^/]*)\/?(.*)$/s.exec(request.path) ?? [];
  if (bucket === 'nowhere') return refuse(404, 'NoSuchBucket');
  if (bucket === 'closed') return refuse(403, 'AccessDenied');
  const upload = request.query.get('uploadId');
  if (request.query.has('uploads') || upload !== null)
    return speakMultipart(request, cloud, uploads, `${bucket}/${key}`);
  if (key === '') return request.method === 'HEAD' ? { status: 200 } : list(request, cloud, bucket);
  const path = `${bucket}/${key}`;
  const object = cloud.objects.get(path);
  switch (request.method) {
    case 'PUT':
      if (request.headers['if-none-match'] === '*' && object) return refuse(412, 'PreconditionFailed');
      cloud.put(path, request.body);
      return { status: 200, headers: { etag: `"${cloud.objects.get(path)?.etag}"` } };
    case 'DELETE':
      cloud.objects.delete(path);
      return { status: 204 };
    default:
      return object ? give(request, object) : refuse(404, 'NoSuchKey');
  }
}

function give(request: CloudRequest, { bytes, etag, modifiedAt }: StoredObject): CloudAnswer {
  const wanted = request.headers['if-match'];
  if (wanted !== undefined && wanted !== `"${etag}"`) return refuse(412, 'PreconditionFailed');
  const headers = { etag: `"${etag}"`, 'last-modified': new Date(modifiedAt).toUTCString() };
  const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '');
  if (!range) return { status: 200, headers: { ...headers, 'content-length': String(bytes.byteLength) }, body: bytes };
  const start = Number(range[1]);
  const end = Math.min(bytes.byteLength, range[2] ? Number(range[2]) + 1 : bytes.byteLength);
  if (start >= bytes.byteLength) return refuse(416, 'InvalidRange');
  const contentRange = `bytes ${start}-${end - 1}/${bytes.byteLength}`;
  return { status: 206, headers: { ...headers, 'content-range': contentRange }, body: bytes.subarray(start, end) };
}

function list({ query }: CloudRequest, cloud: FakeCloud, bucket: string): CloudAnswer {
  const after = query.get('continuation-token') ?? query.get('start-after') ?? '';
  const most = Number(query.get('max-keys') ?? 1000);
  const keys = listKeys(cloud, { bucket, prefix: query.get('prefix') ?? '', after, most });
  const page = keys.slice(0, most);
  const isTruncated = keys.length > page.length;
  const contents = page.map((key) => {
    const { bytes, etag, modifiedAt } = cloud.objects.get(`${bucket}/${key}`) as StoredObject;
    return `<Contents><Key>${encodeURIComponent(key)}</Key><Size>${bytes.byteLength}</Size><ETag>&quot;${etag}&quot;</ETag><LastModified>${new Date(modifiedAt).toISOString()}</LastModified></Contents>`;
  });
  const next = isTruncated ? `<NextContinuationToken>${escapeXml(page.at(-1) ?? '')}</NextContinuationToken>` : '';
  const body = `<?xml version="1.0"?><ListBucketResult><EncodingType>url</EncodingType><IsTruncated>${isTruncated}</IsTruncated>${next}${contents.join('')}</ListBucketResult>`;
  return { status: 200, headers: { 'content-type': 'application/xml' }, body };
}

function speakMultipart(request: CloudRequest, cloud: FakeCloud, uploads: Uploads, path: string): CloudAnswer {
  const id = request.query.get('uploadId') ?? `upload-${randomUUID()}`;
  if (request.query.has('uploads')) {
    uploads.set(id, new Map());
    return xml(`<InitiateMultipartUploadResult><UploadId>${id}</UploadId></InitiateMultipartUploadResult>`);
  }
  const parts = uploads.get(id);
  if (!parts) return refuse(404, 'NoSuchUpload');
  switch (request.method) {
    case 'PUT':
      parts.set(Number(request.query.get('partNumber')), request.body);
      return { status: 200, headers: { etag: `"part-${request.query.get('partNumber')}"` } };
    case 'DELETE':
      uploads.delete(id);
      return { status: 204 };
    default:
      uploads.delete(id);
      cloud.put(path, Buffer.concat([...parts].toSorted(([a], [b]) => a - b).map(([, bytes]) => bytes)));
      return xml(`<CompleteMultipartUploadResult><ETag>"whole"</ETag></CompleteMultipartUploadResult>`);
  }
}

const xml = (body: string): CloudAnswer => ({ status: 200, headers: { 'content-type': 'application/xml' }, body });

function refuse(status: number, code: string): CloudAnswer {
  return { ...xml(`<Error><Code>${code}</Code></Error>`), status };
}

const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
