/** @file tintype.yaml: every setting of a workspace with its default. */
import { z } from 'zod';
import { bucketsSchema } from './buckets.ts';
import { detectorSettingSchema, gatesOptionSchema } from './gate.ts';
import { nameSchema } from './ids.ts';
import { predictionLogSettingsSchema } from './prediction-log.ts';
import { storeAddressSchema } from './store-address.ts';

export const logLevels = ['error', 'warn', 'info', 'debug'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A name that a Host header may hold, port left out: `pictures.example.org`, `10.0.0.4`. */
const hostSchema = z
  .string()
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)*|\[[0-9a-f:.]+\])$/, {
    message: 'must be a host name in lower case, without scheme and port',
  })
  .max(253);

/** As browsers send it: scheme, host and port, and no more. `*` is not one. */
const originSchema = z
  .string()
  .refine((text) => URL.canParse(text) && /^https?:/.test(text) && new URL(text).origin === text, {
    message: 'must be an origin such as https://example.org',
  });

/** An address or a range of them: `10.0.0.4`, `10.0.0.0/8`. */
const proxySchema = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], {
  error: 'must be an address such as 10.0.0.4, or a range such as 10.0.0.0/8',
});

/** `sqlite` is one file beside the pictures, for one machine. */
export const databaseSchema = z
  .string()
  .refine((text) => text === 'sqlite' || (/^postgres(ql)?:\/\//.test(text) && URL.canParse(text)), {
    message: 'must be sqlite, or an address such as postgres://USER@HOST/DATABASE',
  });

export const configSchema = z.strictObject({
  /** Format of this file. */
  version: z.literal(1).default(1),
  /** Shown on the page and in the log. */
  name: nameSchema.default('workspace'),
  /** Where samples, labels, models and jobs are kept: `sqlite`, or `postgres://USER@HOST/DATABASE` for many machines. */
  database: databaseSchema.default('sqlite'),
  /** Where bytes are kept: `file:FOLDER`, relative to this file, `s3://BUCKET/PREFIX` or `gs://BUCKET/PREFIX`. */
  store: storeAddressSchema.default('file:.tintype/store'),
  /** Of every s3:// address; the cloud's own settings (AWS_REGION, AWS_ENDPOINT_URL_S3, profiles) hold where nothing is said here. Never a secret. */
  s3: z
    .strictObject({
      /** Of a server that speaks as S3 does: `http://127.0.0.1:9000`. */
      endpoint: z
        .url({ protocol: /^https?$/, message: 'must be an address such as https://s3.example.org' })
        .optional(),
      region: z.string().min(1).max(64).optional(),
      /** Whether the bucket is a part of the path or of the host name; by default of the path where there is an endpoint. */
      addressing: z.enum(['path', 'host']).optional(),
    })
    .prefault({}),
  cache: z
    .strictObject({
      /** Of copies of a bucket's objects on this machine, in `.tintype/cache`; what was not used for the longest goes first, nothing that is in use. */
      bytes: z
        .int()
        .min(0)
        .default(20 * 2 ** 30),
    })
    .prefault({}),
  serve: z
    .strictObject({
      host: z.string().default('127.0.0.1'),
      port: z.int().min(0).max(65_535).default(8080),
      /** Registered model whose champion is served; by default the one promoted last. */
      model: nameSchema.optional(),
      /** Inference processes; by default one per core. */
      children: z.int().min(1).max(256).optional(),
      /** Models beside the champion that may be open at once, for `?model=`; the one not used for the longest is closed. */
      openModels: z.int().min(1).max(64).default(3),
      /** Pictures that may wait for an inference process; one more is refused with OVERLOADED. */
      queue: z.int().min(1).max(10_000).default(64),
      /** Longest that a picture may have to wait; one that would wait longer is refused with OVERLOADED at once. */
      waitMs: z.int().min(10).max(60_000).default(2000),
      /** Answers kept by content hash and version, so that a picture that is sent again costs nothing; 0 keeps none. */
      cache: z.strictObject({ entries: z.int().min(0).max(1_000_000).default(10_000) }).prefault({}),
      /** Pictures that the model may run on at once, and how long the first of them waits for others; 1 picture is off. */
      batch: z
        .strictObject({
          pictures: z.int().min(1).max(64).default(1),
          waitMs: z.int().min(0).max(1000).default(5),
        })
        .prefault({}),
      /** What every picture must pass before it is answered, after the gates of the model itself: `min-size=64`, `unknown=0.99`. */
      gates: gatesOptionSchema,
      /** Least important lines that are logged; a request is `info`, one for a file or a probe `debug`. */
      logLevel: z.enum(logLevels).default('info'),
      /** Prometheus metrics, on a listener of their own that only this machine reaches; off unless a port is given. */
      metrics: z.strictObject({ port: z.int().min(0).max(65_535).nullable().default(null) }).prefault({}),
      predictionLog: predictionLogSettingsSchema.prefault({}),
      /** Names that a request's Host may have beside this machine's own. */
      hosts: z.array(hostSchema).default([]),
      /** Pages of other origins whose scripts may ask (CORS); they need a token. */
      origins: z.array(originSchema).default([]),
      /** Addresses of proxies whose X-Forwarded headers are believed. */
      trustProxy: z.array(proxySchema).default([]),
      /** Requests of one token, or of one address where nobody is known. */
      rate: z
        .strictObject({
          perMinute: z.int().min(1).max(1_000_000).default(600),
          /** That may come at once. */
          burst: z.int().min(1).max(1_000_000).default(60),
        })
        .prefault({}),
    })
    .prefault({}),
  access: z
    .strictObject({
      /** Whether this machine's own requests need a token or a session too; everybody else's always do. */
      required: z.boolean().default(false),
      /** Hours after which a session that is not used ends. */
      sessionIdleHours: z.number().min(0.1).max(168).default(12),
      /** Days after which every session ends. */
      sessionDays: z.number().min(0.1).max(90).default(7),
    })
    .prefault({}),
  /** What `bucket` and `key` of a request may name; nothing by default. */
  buckets: bucketsSchema.default({}),
  label: z
    .strictObject({
      /**
       * Whose features suggestions are made from, as `--backbone` of training: `histograms`, an ONNX file relative to this one, `hub:ORG/REPO`. By default
       * the champion's, where that is frozen, else histograms.
       */
      backbone: z.string().min(1).optional(),
      /** Of what one person is asked, the share that another has labeled already: what agreement is measured on. */
      secondOpinions: z.number().min(0).max(0.5).default(0.05),
      /** The share whose answer is known (gold questions), where there are some. */
      goldQuestions: z.number().min(0).max(0.5).default(0.02),
    })
    .prefault({}),
  /** What gates count with; ONNX files, relative to this one. */
  detectors: z
    .strictObject({ person: detectorSettingSchema.optional(), face: detectorSettingSchema.optional() })
    .prefault({}),
  limits: z
    .strictObject({
      /** Encoded bytes of one picture. */
      bytes: z
        .int()
        .min(1024)
        .default(50 * 2 ** 20),
      /** Width times height of one picture. */
      pixels: z.int().min(1024).default(100_000_000),
      /** Longest side in pixels. */
      sidePx: z.int().min(64).default(32_768),
      /** Time for one picture, decode and model together. */
      pictureMs: z.int().min(100).default(10_000),
    })
    .prefault({}),
});
export type Config = z.infer<typeof configSchema>;
