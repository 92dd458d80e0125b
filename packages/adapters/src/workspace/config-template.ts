/** @file The tintype.yaml of a new workspace: every setting with its default, commented out. */
import { basename } from 'node:path';
import { nameSchema } from '@tintype/contracts/ids';

export function configTemplate(folder: string): string {
  return `## Settings of this workspace. Lines with one # are the defaults: take the # away to change one.
## docs/reference/config.md says more.
version: 1

## Shown on the page and in the log.
name: ${workspaceName(folder)}

## Where samples, labels, models and jobs are kept: one SQLite file, or postgres://USER@HOST/DATABASE for many machines.
## TINTYPE_DATABASE_URL comes first; keep the password there, or in PGPASSWORD, and not in this file.
# database: sqlite

## Where bytes are kept: file:FOLDER, s3://BUCKET/PREFIX or gs://BUCKET/PREFIX. TINTYPE_STORE in the environment goes before it.
# store: file:.tintype/store

## Of every s3:// address, where the cloud's own settings are not enough. Credentials never stand here.
# s3: {}
#   ## A server that speaks as S3 does, such as http://127.0.0.1:9000.
#   # endpoint: ADDRESS
#   # region: us-east-1
#   ## Whether the bucket is a part of the path or of the host name: path or host.
#   # addressing: path

# cache:
#   ## Copies of a bucket's objects on this machine; what was not used for the longest goes first, nothing that is in use.
#   bytes: 21474836480

# serve:
#   host: 127.0.0.1
#   port: 8080
#   ## The model whose champion answers; by default the one promoted last.
#   # model: NAME
#   ## Processes that classify; by default one per core.
#   # children: 2
#   ## Models beside the champion that may be open at once, for ?model=.
#   openModels: 3
#   ## Pictures that may wait for a process that classifies, and for how long at most.
#   queue: 64
#   waitMs: 2000
#   ## Answers kept, so that a picture that is sent again costs nothing; 0 keeps none.
#   cache: { entries: 10000 }
#   ## Pictures that the model may run on at once, and how long the first waits for others; 1 picture is off.
#   batch: { pictures: 1, waitMs: 5 }
#   ## What every picture must pass, after the gates of the model itself: min-size=64, blur=50, person-count=1, confidence=0.6, ...
#   gates: []
#   ## Least important lines of the log: error, warn, info or debug.
#   logLevel: info
#   ## Prometheus metrics on a port of their own, for this machine alone; null is off.
#   metrics: { port: null }
#   ## Answers kept for later review: a random share of all, those less sure than a limit, refused pictures; at most so many a day.
#   predictionLog: { share: 0, below: 0, refused: false, pictures: false, perDay: 1000 }
#   ## Names that requests may use beside this machine's own, such as pictures.example.org behind a proxy.
#   hosts: []
#   ## Pages of other origins whose scripts may ask with a token, such as https://example.org.
#   origins: []
#   ## Addresses of proxies whose X-Forwarded headers are believed, such as 127.0.0.1 or 10.0.0.0/8.
#   trustProxy: []
#   ## Requests of one token, else of one address.
#   rate: { perMinute: 600, burst: 60 }

## Who may ask. Whatever other machines can reach requires a token or a session in any case.
# access:
#   ## Whether this machine's own requests require one too.
#   required: false
#   ## A session ends when it was not used for so long, and so many days after it began.
#   sessionIdleHours: 12
#   sessionDays: 7

## Buckets that requests may name, each with the prefixes that may be read of it.
# buckets: {}
#   # photos: { store: 's3://BUCKET/PREFIX', prefixes: ['incoming/'] }

# label:
#   ## Whose features suggestions are made from, as --backbone of training: histograms, an ONNX file relative to this one, or hub:ORG/REPO.
#   ## Without it those of the champion, where its backbone is frozen, else histograms.
#   # backbone: histograms
#   ## Of what one person is asked, the shares that another has labeled already, and whose answer is known (gold questions).
#   secondOpinions: 0.05
#   goldQuestions: 0.02

## Detectors that gates count with: an ONNX file of a known family (yolox, detr, d-fine, ultraface), relative to this file.
# detectors: {}
#   # person: { kind: yolox, file: yolox_nano.onnx }
#   # face: { kind: ultraface, file: ultraface.onnx }

# limits:
#   ## Encoded bytes of one picture.
#   bytes: 52428800
#   ## Width times height of one picture.
#   pixels: 100000000
#   ## Longest side in pixels.
#   sidePx: 32768
#   ## Milliseconds for one picture, decode and model together.
#   pictureMs: 10000
`;
}

/** The folder's name where it can be one; YAML must not take it for a number or a truth value. */
function workspaceName(folder: string): string {
  const name = nameSchema.safeParse(basename(folder));
  return name.success ? JSON.stringify(name.data) : 'workspace';
}
