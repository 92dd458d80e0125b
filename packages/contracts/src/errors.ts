/** @file The one table of failures: kind (HTTP status, exit code), code, sentence and next step. RFC 9457, sysexits(3). */

/** What a failure is decides how a door reports it. Exit codes are those of sysexits(3). */
export const errorKinds = {
  usage: { status: 400, exitCode: 64 },
  unprocessable: { status: 422, exitCode: 65 },
  tooLarge: { status: 413, exitCode: 65 },
  unsupportedMedia: { status: 415, exitCode: 65 },
  notFound: { status: 404, exitCode: 66 },
  unavailable: { status: 503, exitCode: 69 },
  internal: { status: 500, exitCode: 70 },
  conflict: { status: 409, exitCode: 73 },
  storage: { status: 500, exitCode: 74 },
  rateLimited: { status: 429, exitCode: 75 },
  timeout: { status: 504, exitCode: 75 },
  unauthenticated: { status: 401, exitCode: 77 },
  forbidden: { status: 403, exitCode: 77 },
  configuration: { status: 500, exitCode: 78 },
  cancelled: { status: 499, exitCode: 130 },
} as const;

export type ErrorKind = keyof typeof errorKinds;

interface ErrorEntry<D> {
  kind: ErrorKind;
  /** Fixed words for the code; never depends on details. */
  title: string;
  /** One sentence for a person: what happened, to what. */
  detail: (details: D) => string;
  /** What to do next, with the command where there is one. */
  hint: (details: D) => string;
}

type None = Record<string, never>;
const entry = <D = None>(value: ErrorEntry<D>): ErrorEntry<D> => value;
const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** A share as percent, to two digits: drops of half a point matter. */
const points = (share: number): string => (share * 100).toFixed(2);

/** The first few of a list, and how many more there are. */
const some = (words: readonly string[], shown = 5): string =>
  words.length <= shown + 1 ? words.join(', ') : `${words.slice(0, shown).join(', ')} and ${words.length - shown} more`;

const unauthenticatedReasons = {
  missing: 'This server answers only to whom it knows, and the request does not say who asks.',
  invalid: 'The token or session of the request is not known here: it is mistyped, or was revoked or ended.',
  expired: 'The token or session of the request has expired.',
} as const;

export const errorTable = {
  // Asked wrongly
  USAGE_INVALID: entry<{ problem: string; command?: string }>({
    kind: 'usage',
    title: 'The request is not valid',
    detail: ({ problem }) => problem,
    hint: ({ command }) =>
      command
        ? `Run "${command} --help" to see what it takes.`
        : 'Run the command with --help, or open /docs on the server, to see what it takes.',
  }),
  VALIDATION_FAILED: entry<{ errors: readonly { pointer: string; message: string }[]; command?: string }>({
    kind: 'usage',
    title: 'Some values are not valid',
    detail: ({ errors }) => errors.map((e) => `${e.pointer || 'body'}: ${e.message}`).join('; '),
    hint: ({ command }) =>
      command
        ? `Correct the values named above; "${command} --help" says what each takes.`
        : 'Correct the values named above; /docs lists what each field takes.',
  }),
  ROUTE_NOT_FOUND: entry<{ method: string; path: string }>({
    kind: 'notFound',
    title: 'There is no such address',
    detail: ({ method, path }) => `Nothing answers ${method} ${path}.`,
    hint: () => 'Open /docs for the list of addresses.',
  }),
  MEDIA_TYPE_UNSUPPORTED: entry<{ mediaType: string; expected: string }>({
    kind: 'unsupportedMedia',
    title: 'This content type is not accepted',
    detail: ({ mediaType, expected }) =>
      `The body is ${mediaType || 'of no stated type'}, but ${expected} is expected.`,
    hint: ({ expected }) => `Send the request as ${expected}.`,
  }),
  BODY_TOO_LARGE: entry<{ limitBytes: number }>({
    kind: 'tooLarge',
    title: 'The request is too large',
    detail: ({ limitBytes }) => `The request is larger than the limit of ${formatBytes(limitBytes)}.`,
    hint: () => 'Send a smaller picture, or raise the limit in tintype.yaml.',
  }),
  FILE_FIELD_MISSING: entry({
    kind: 'usage',
    title: 'No picture was sent',
    detail: () => 'The request has no file in the field "file".',
    hint: () => 'Send one picture as multipart/form-data, for example: curl -F file=@picture.jpg URL/predict',
  }),
  URL_REFUSED: entry<{ reason: string }>({
    kind: 'unprocessable',
    title: 'This address is not fetched',
    detail: ({ reason }) => `The address cannot be fetched: ${reason}.`,
    hint: () => 'Give an http or https address of a picture on the public internet, or send the picture itself.',
  }),
  URL_FAILED: entry<{ reason: string }>({
    kind: 'unprocessable',
    title: 'The picture cannot be fetched',
    detail: ({ reason }) => `The picture cannot be fetched from its address: ${reason}.`,
    hint: () => 'Open the address in a browser to see that it shows a picture, or send the picture itself.',
  }),
  OBJECT_REFUSED: entry({
    kind: 'forbidden',
    title: 'This object is not read',
    detail: () => 'There is no such object in a bucket that this server may read.',
    hint: () => 'Check bucket and key; the buckets and prefixes that may be read are under "buckets" in tintype.yaml.',
  }),
  HOST_REFUSED: entry({
    kind: 'forbidden',
    title: 'This host name is not served',
    detail: () => 'The Host or Origin of the request is not one this server answers to.',
    hint: () =>
      'Open the address that the server printed when it started, or add the name to serve.hosts (an origin to serve.origins) in tintype.yaml.',
  }),

  // Who may ask
  UNAUTHENTICATED: entry<{ reason: 'missing' | 'invalid' | 'expired' }>({
    kind: 'unauthenticated',
    title: 'Sign in, or send a token',
    detail: ({ reason }) => unauthenticatedReasons[reason],
    hint: () =>
      'Sign in on the page, or send the header "Authorization: Bearer TOKEN"; "tintype token create" makes one.',
  }),
  LOGIN_REFUSED: entry({
    kind: 'unauthenticated',
    title: 'Name or password is wrong',
    detail: () => 'There is no user with this name and password.',
    hint: () => 'Check both; an administrator can send you a link for a new password.',
  }),
  FORBIDDEN: entry<{ scope: string }>({
    kind: 'forbidden',
    title: 'This is not allowed to you',
    detail: ({ scope }) => `This needs the right "${scope}", which you or your token do not have.`,
    hint: () => 'Ask an administrator for a role or a token that has it.',
  }),
  PATHS_FORBIDDEN: entry({
    kind: 'forbidden',
    title: 'Only administrators may name files of the server',
    detail: () => 'The job names a file or folder of the machine that serves, which only an administrator may.',
    hint: () => 'Use what is in the workspace or on the hub, or ask an administrator to add the job.',
  }),
  TOKEN_TOO_STRONG: entry<{ problem: string }>({
    kind: 'forbidden',
    title: 'Nobody can give more than they have',
    detail: ({ problem }) => `What was asked for would have more rights than who asks for it: ${problem}.`,
    hint: () => 'Ask for fewer rights or a shorter time.',
  }),
  RATE_LIMITED: entry<{ retryAfterS: number }>({
    kind: 'rateLimited',
    title: 'Too many requests',
    detail: () => 'More requests came than are allowed in this time.',
    hint: ({ retryAfterS }) => `Try again in ${count(retryAfterS, 'second')}.`,
  }),
  TOKEN_NOT_FOUND: entry<{ token: string }>({
    kind: 'notFound',
    title: 'There is no such token',
    detail: ({ token }) => `There is no token ${token}.`,
    hint: () => 'Run "tintype token list" to see the tokens.',
  }),
  TOKEN_AMBIGUOUS: entry<{ name: string; ids: readonly string[] }>({
    kind: 'usage',
    title: 'Several tokens have this name',
    detail: ({ name, ids }) => `Several tokens are named "${name}": ${some(ids)}.`,
    hint: () => 'Name one by its id: tintype token revoke ID',
  }),
  USER_NOT_FOUND: entry<{ user: string }>({
    kind: 'notFound',
    title: 'There is no such user',
    detail: ({ user }) => `There is no user "${user}".`,
    hint: () => 'Open /api/users for the list of users.',
  }),
  USER_EXISTS: entry<{ user: string }>({
    kind: 'conflict',
    title: 'The name is taken',
    detail: ({ user }) => `There is a user "${user}" already.`,
    hint: () => 'Choose another name.',
  }),
  LAST_ADMIN: entry<{ user: string }>({
    kind: 'conflict',
    title: 'Somebody must be administrator',
    detail: ({ user }) => `"${user}" is the only administrator.`,
    hint: () => 'Make somebody else administrator first.',
  }),
  INVITATION_INVALID: entry({
    kind: 'forbidden',
    title: 'This link does not work any more',
    detail: () => 'The link was used already, has expired, or was never one of this server.',
    hint: () => 'Ask an administrator for a new one; for the first administrator, start the server again.',
  }),

  // Workspace and configuration
  WORKSPACE_NOT_FOUND: entry<{ path: string; isNamed?: boolean }>({
    kind: 'notFound',
    title: 'There is no workspace here',
    detail: ({ path, isNamed }) => `No tintype.yaml was found in ${path}${isNamed ? '' : ' or any folder above it'}.`,
    hint: () => 'Run "tintype init DIR" to make a workspace, or name one with --workspace DIR.',
  }),
  WORKSPACE_EXISTS: entry<{ path: string }>({
    kind: 'conflict',
    title: 'There is a workspace already',
    detail: ({ path }) => `${path} holds a workspace already; nothing was changed.`,
    hint: () => 'Use it as it is, or choose another folder: tintype init DIR',
  }),
  WORKSPACE_UNREADABLE: entry<{ path: string; reason: string }>({
    kind: 'configuration',
    title: 'The workspace cannot be opened',
    detail: ({ path, reason }) => `The workspace in ${path} cannot be opened: ${reason}.`,
    hint: ({ path }) => `Check that you own ${path} and can write to it, and that its disk is present and not full.`,
  }),
  CONFIG_INVALID: entry<{ path: string; problem: string }>({
    kind: 'configuration',
    title: 'The configuration is not valid',
    detail: ({ path, problem }) => `${path}: ${problem}.`,
    hint: () => 'Correct the line; docs/reference/config.md lists every setting.',
  }),
  PORT_IN_USE: entry<{ port: number }>({
    kind: 'unavailable',
    title: 'The port is taken',
    detail: ({ port }) => `Another program listens on port ${port} already.`,
    hint: () => 'Choose another with --port N, or --port 0 for any free one.',
  }),
  CATALOG_TOO_NEW: entry<{ found: string }>({
    kind: 'configuration',
    title: 'The catalog was written by a newer version',
    detail: ({ found }) => `The catalog has the migration "${found}", which this version does not know.`,
    hint: () => 'Use the version of tintype that wrote it, or a newer one.',
  }),
  STORAGE_FAILED: entry<{ operation: string; reason: string }>({
    kind: 'storage',
    title: 'Reading or writing failed',
    detail: ({ operation, reason }) => `${operation} failed: ${reason}. Nothing that was confirmed before is affected.`,
    hint: () =>
      'Check that the disk has space and is writable, then run the command again: it goes on where it stopped.',
  }),
  BUCKET_UNREACHABLE: entry<{ place: string; reason: string }>({
    kind: 'unavailable',
    title: 'The bucket cannot be reached',
    detail: ({ place, reason }) =>
      `${place} cannot be reached: ${reason}. Nothing that was confirmed before is affected.`,
    hint: () => 'Check the network and the address, then run the command again: it goes on where it stopped.',
  }),
  BUCKET_DENIED: entry<{ place: string; reason: string }>({
    kind: 'configuration',
    title: 'The bucket is not open to this machine',
    detail: ({ place, reason }) => `${place} cannot be used: ${reason}.`,
    hint: () =>
      "Check the name of the bucket and the credentials of this machine, which come from the cloud's own places; docs/guides/scale.md names them and the rights that are needed.",
  }),
  NOTIFICATIONS_UNREACHABLE: entry<{ place: string; reason: string }>({
    kind: 'unavailable',
    title: 'The notifications cannot be reached',
    detail: ({ place, reason }) =>
      `${place} cannot be reached: ${reason}. Nothing that was confirmed before is affected.`,
    hint: () => 'Check the network and the address; --watch without notifications looks at the bucket itself.',
  }),
  NOTIFICATIONS_DENIED: entry<{ place: string; reason: string }>({
    kind: 'configuration',
    title: 'The notifications are not open to this machine',
    detail: ({ place, reason }) => `${place} cannot be used: ${reason}.`,
    hint: () =>
      'Check the name and the credentials of this machine; docs/guides/scale.md names the rights that are needed. --watch without notifications looks at the bucket itself.',
  }),
  OBJECT_NOT_FOUND: entry<{ key: string }>({
    kind: 'notFound',
    title: 'The stored object is missing',
    detail: ({ key }) => `The object store has no ${key}.`,
    hint: () => 'Ingest the picture again, or restore the object store from a backup.',
  }),

  // Backups
  BACKUP_NOT_FOUND: entry<{ backup: string; place: string }>({
    kind: 'notFound',
    title: 'There is no such backup',
    detail: ({ backup, place }) =>
      backup === 'latest' ? `${place} holds no whole backup.` : `${place} holds no whole backup ${backup}.`,
    hint: () => 'Run "tintype backup list" to see the backups, with --from PLACE those of another place.',
  }),
  BACKUP_DAMAGED: entry<{ backup: string; what: string; problems?: number }>({
    kind: 'unprocessable',
    title: 'The backup is damaged',
    detail: ({ backup, what, problems = 1 }) =>
      `The backup ${backup} is not what was written: ${what}${problems > 1 ? `, and ${count(problems - 1, 'other problem')}` : ''}.`,
    hint: () =>
      'Nothing was changed. Use another backup: "tintype backup list" shows them, "tintype backup verify ID" checks one.',
  }),
  CATALOG_NOT_EMPTY: entry<{ table: string }>({
    kind: 'conflict',
    title: 'The catalog is not empty',
    detail: ({ table }) =>
      `A backup is restored into an empty catalog only, and this one has rows in "${table}". Nothing was changed.`,
    hint: () => 'Make a new workspace (tintype init DIR) or name an empty database, and restore there.',
  }),

  // Ingest: each of these is also the code of a rejected row
  SOURCE_NOT_FOUND: entry<{ source: string }>({
    kind: 'notFound',
    title: 'The source does not exist',
    detail: ({ source }) => `There is no file or folder ${source}.`,
    hint: () => 'Check the path; a folder, a picture, a .zip, a .tar and a .tar.gz can be ingested.',
  }),
  SOURCE_EMPTY: entry<{ source: string }>({
    kind: 'unprocessable',
    title: 'The source holds no pictures',
    detail: ({ source }) => `${source} holds no file that could be a picture.`,
    hint: () => 'Name a folder that holds .jpg, .jpeg, .png, .webp, .gif, .tiff, .avif or .heic files.',
  }),
  FILE_UNREADABLE: entry<{ reason: string }>({
    kind: 'storage',
    title: 'The file cannot be read',
    detail: ({ reason }) => `The file cannot be read: ${reason}.`,
    hint: () => 'Check that the file exists and that you may read it, then run the command again.',
  }),
  IMAGE_EMPTY: entry({
    kind: 'unprocessable',
    title: 'The file is empty',
    detail: () => 'The file has no bytes.',
    hint: () => 'Copy the picture again from where it came from.',
  }),
  IMAGE_UNRECOGNIZED: entry({
    kind: 'unsupportedMedia',
    title: 'This is not a picture',
    detail: () => 'The bytes are not those of any picture format.',
    hint: () => 'Send a JPEG, PNG, WebP, GIF, TIFF, AVIF or HEIC picture.',
  }),
  IMAGE_FORMAT_UNSUPPORTED: entry<{ format: string }>({
    kind: 'unsupportedMedia',
    title: 'This picture format is not supported',
    detail: ({ format }) => `${format} pictures are not supported.`,
    hint: ({ format }) =>
      format === 'HEIC'
        ? 'Install libheif-js beside Tintype ("npm install" does, unless optional packages are left out), or export the picture as JPEG.'
        : 'Convert the picture to JPEG or PNG.',
  }),
  IMAGE_TRUNCATED: entry({
    kind: 'unprocessable',
    title: 'The picture is cut short',
    detail: () => 'The picture ends before all of it is there.',
    hint: () => 'Copy the picture again from where it came from.',
  }),
  IMAGE_CORRUPT: entry({
    kind: 'unprocessable',
    title: 'The picture is damaged',
    detail: () => 'The picture cannot be decoded.',
    hint: () => 'Open it in an image editor and save it anew, or leave it out.',
  }),
  IMAGE_TOO_MANY_PIXELS: entry<{ limitPx: number }>({
    kind: 'tooLarge',
    title: 'The picture has too many pixels',
    detail: ({ limitPx }) =>
      `The picture has more than ${Math.round(limitPx / 1e6)} million pixels, or a side too long to handle.`,
    hint: () => 'Scale the picture down, or raise limits.pixels in tintype.yaml.',
  }),
  IMAGE_TOO_LARGE: entry<{ sizeBytes: number; limitBytes: number }>({
    kind: 'tooLarge',
    title: 'The file is too large',
    detail: ({ sizeBytes, limitBytes }) =>
      `The file has ${formatBytes(sizeBytes)}; the limit is ${formatBytes(limitBytes)}.`,
    hint: () => 'Save the picture smaller, or raise limits.bytes in tintype.yaml.',
  }),
  IMAGE_DECODE_FAILED: entry<{ reason: 'crashed' | 'timed out' | 'ran out of memory' }>({
    kind: 'unprocessable',
    title: 'Decoding the picture failed',
    detail: ({ reason }) => `Decoding this picture ${reason}; it was stopped and hurt nothing else.`,
    hint: () => 'Open it in an image editor and save it anew, or leave it out.',
  }),
  ARCHIVE_UNREADABLE: entry<{ reason: string }>({
    kind: 'unprocessable',
    title: 'The archive cannot be read',
    detail: ({ reason }) => `The archive cannot be read: ${reason}.`,
    hint: () => 'Download or pack the archive again.',
  }),
  ARCHIVE_ENTRY_UNSAFE: entry<{ entry: string }>({
    kind: 'unprocessable',
    title: 'The archive entry is not safe',
    detail: ({ entry }) => `The entry ${entry} is a link, a device, or names a place outside the archive.`,
    hint: () => 'Pack the archive anew with plain files and relative names.',
  }),
  ARCHIVE_LIMIT_EXCEEDED: entry<{ limit: string }>({
    kind: 'tooLarge',
    title: 'The archive is too large',
    detail: ({ limit }) => `The archive goes over the limit of ${limit}.`,
    hint: () => 'Split the archive, or unpack it and ingest the folder.',
  }),

  // Catalog, labels, snapshots
  DATASET_NOT_FOUND: entry<{ dataset: string; known: readonly string[] }>({
    kind: 'notFound',
    title: 'There is no such dataset',
    detail: ({ dataset, known }) =>
      `There is no dataset "${dataset}"${known.length ? `; there is ${known.map((n) => `"${n}"`).join(', ')}` : ''}.`,
    hint: () => 'Run "tintype ingest DIR --dataset NAME" to make one, or "tintype catalog" to see what is there.',
  }),
  DATASET_AMBIGUOUS: entry<{ known: readonly string[] }>({
    kind: 'usage',
    title: 'There are several datasets',
    detail: ({ known }) => `The workspace has the datasets ${known.map((n) => `"${n}"`).join(', ')}.`,
    hint: () => 'Say which one with --dataset NAME.',
  }),
  SAMPLE_NOT_FOUND: entry<{ sampleId: string }>({
    kind: 'notFound',
    title: 'There is no such sample',
    detail: ({ sampleId }) => `The catalog has no sample ${sampleId}.`,
    hint: () => 'Run "tintype catalog list" to see the samples.',
  }),
  VIEW_NOT_FOUND: entry<{ view: string }>({
    kind: 'notFound',
    title: 'There is no such view',
    detail: ({ view }) => `The catalog has no view ${view}.`,
    hint: () => 'Lists without a name are forgotten after a week; open the saved views on the Pictures screen.',
  }),
  VIEW_EXISTS: entry<{ name: string }>({
    kind: 'conflict',
    title: 'There is a view of this name',
    detail: ({ name }) => `A view is called "${name}" already.`,
    hint: () => 'Choose another name, or remove that view first.',
  }),
  CLASS_NOT_FOUND: entry<{ className: string; known: readonly string[] }>({
    kind: 'notFound',
    title: 'There is no such class',
    detail: ({ className, known }) =>
      `There is no class "${className}"; there is ${
        some(
          known.map((n) => `"${n}"`),
          12,
        ) || 'none yet'
      }.`,
    hint: () => 'Run "tintype catalog" to see the classes.',
  }),
  LABELS_UNREADABLE: entry<{ source: string; format?: string }>({
    kind: 'unprocessable',
    title: 'There are no labels that can be read',
    detail: ({ source, format }) =>
      format
        ? `${source} holds no labels in the format ${format}.`
        : `${source} holds no labels in any format that is known.`,
    hint: () => 'See docs/guides/import.md for the formats, or name one: tintype import labels SOURCE --format csv',
  }),
  GOLD_CLASS_MISSING: entry<{ sampleId: string }>({
    kind: 'unprocessable',
    title: 'The answer is not known',
    detail: ({ sampleId }) => `A gold question needs an answer, and the picture ${sampleId} has no label.`,
    hint: () => 'Label the picture first, or say its class with the question.',
  }),
  DATASET_EMPTY: entry<{ dataset: string }>({
    kind: 'unprocessable',
    title: 'There are no labeled pictures',
    detail: ({ dataset }) => `The dataset "${dataset}" has no labeled picture.`,
    hint: () => 'Ingest a folder of class folders: tintype ingest DIR --labels folder',
  }),
  CLASSES_TOO_FEW: entry<{ classes: readonly string[] }>({
    kind: 'unprocessable',
    title: 'At least two classes are needed',
    detail: ({ classes }) =>
      `All labeled pictures are of one class, "${classes[0] ?? ''}"; a classifier needs at least two.`,
    hint: () => 'Ingest pictures of another class: tintype ingest DIR --labels folder',
  }),
  CLASS_EXISTS: entry<{ className: string }>({
    kind: 'conflict',
    title: 'There is such a class already',
    detail: ({ className }) => `There is a class "${className}" already.`,
    hint: () => 'Choose another name, or merge the two classes.',
  }),
  CLASS_IN_USE: entry<{ className: string; labels: number }>({
    kind: 'conflict',
    title: 'Pictures have this class',
    detail: ({ className, labels }) =>
      `${count(labels, 'picture')} ${labels === 1 ? 'is' : 'are'} labeled "${className}", those in the trash included.`,
    hint: () => 'Merge it into another class, or label those pictures anew first.',
  }),
  CLASS_CHANGE_NOT_UNDOABLE: entry<{ change: string; reason: string }>({
    kind: 'conflict',
    title: 'This change of classes cannot be taken back',
    detail: ({ change, reason }) => `The change ${change} cannot be taken back: ${reason}.`,
    hint: () => 'Change the classes by hand on the Label screen, under Classes.',
  }),
  CLASS_TOO_SMALL: entry<{ classes: readonly { className: string; samples: number }[]; minimum: number }>({
    kind: 'unprocessable',
    title: 'A class has too few pictures',
    detail: ({ classes, minimum }) =>
      `${some(classes.map((c) => `"${c.className}" has ${count(c.samples, 'picture')}`))}; each class needs at least ${minimum} that are not near-duplicates of each other, to train, validate and test on.`,
    hint: () => 'Add pictures of that class, or leave it out: --without CLASS',
  }),
  SNAPSHOT_NOT_FOUND: entry<{ snapshot: string }>({
    kind: 'notFound',
    title: 'There is no such snapshot',
    detail: ({ snapshot }) => `There is no snapshot ${snapshot}.`,
    hint: () => 'Run "tintype snapshot" to make one, or "tintype snapshot list" to see them.',
  }),
  MAP_NONE_YET: entry<{ dataset: string; method: string }>({
    kind: 'notFound',
    title: 'There is no map yet',
    detail: ({ dataset, method }) =>
      `The dataset "${dataset}" has no map by ${method === 'umap' ? 'UMAP' : 'PCA'} yet.`,
    hint: ({ dataset }) => `Explore it: tintype explore --dataset ${dataset}`,
  }),

  // Models
  MODEL_NOT_FOUND: entry<{ model: string; known: readonly string[] }>({
    kind: 'notFound',
    title: 'There is no such model',
    detail: ({ model, known }) =>
      `There is no model "${model}"${known.length ? `; there is ${known.map((n) => `"${n}"`).join(', ')}` : ''}.`,
    hint: () => 'Run "tintype models" to see the models, or "tintype train" to make one.',
  }),
  MODEL_NONE_YET: entry({
    kind: 'notFound',
    title: 'There is no model yet',
    detail: () => 'No model has been trained in this workspace yet.',
    hint: () => 'Run "tintype ingest DIR --labels folder", then "tintype train".',
  }),
  MODEL_NOT_SERVED: entry({
    kind: 'unavailable',
    title: 'No model is being served',
    detail: () => 'This server has no model to answer with yet.',
    hint: () => 'Run "tintype train" in this workspace; the server picks the model up by itself.',
  }),
  VERSION_NOT_FOUND: entry<{ model: string; version: string; known: readonly string[] }>({
    kind: 'notFound',
    title: 'There is no such version',
    detail: ({ model, version, known }) =>
      `The model "${model}" has no version or alias "${version}"; it has ${some(known, 12)}.`,
    hint: ({ model }) => `Run "tintype models show ${model}" to see its versions.`,
  }),
  ALIAS_CONFLICT: entry<{ alias: string; expected: string; found: string }>({
    kind: 'conflict',
    title: 'The alias was moved meanwhile',
    detail: ({ alias, expected, found }) =>
      `The alias "${alias}" was expected on version ${expected} but is on version ${found}; nothing was changed.`,
    hint: () => 'Run "tintype models history" to see who moved it, then promote again.',
  }),
  BUNDLE_CORRUPT: entry<{ bundle: string; reason: string }>({
    kind: 'unprocessable',
    title: 'The model bundle is damaged',
    detail: ({ bundle, reason }) => `The model bundle ${bundle} is damaged: ${reason}.`,
    hint: () => 'Promote another version ("tintype models promote VERSION champion"), or train anew.',
  }),
  PARITY_FAILED: entry<{ largestDifference: number; tolerance: number }>({
    kind: 'unprocessable',
    title: 'The saved model does not answer as it did in training',
    detail: ({ largestDifference, tolerance }) =>
      `Loaded back, the model's probabilities differ by ${largestDifference.toExponential(1)} from those in training; at most ${tolerance} is allowed. It was not registered.`,
    hint: () => 'Run the training again; if it happens twice, report it with the run id.',
  }),
  LIGHT_UNSUPPORTED: entry<{ model: string; reason: string }>({
    kind: 'unprocessable',
    title: 'No light model can be made of this one',
    detail: ({ model, reason }) => `No light model can be made of ${model}: ${reason}.`,
    hint: () =>
      'Export it as it is, with --fp16 for half the file, or train a network ("tintype train --help") for one that 8 bits make faster.',
  }),
  QUANTIZATION_REFUSED: entry<{
    model: string;
    method: string;
    accuracyBefore: number;
    accuracyAfter: number;
    maxDrop: number;
    samples: number;
  }>({
    kind: 'unprocessable',
    title: 'The light model answers too much worse',
    detail: ({ model, method, accuracyBefore, accuracyAfter, maxDrop, samples }) =>
      `${model} is right on ${points(accuracyBefore)} % of ${count(samples, 'test picture')}, its ${method} form on ${points(accuracyAfter)} %: ${points(accuracyBefore - accuracyAfter)} points less, where at most ${maxDrop} are allowed. Nothing was written.`,
    hint: () =>
      'Calibrate on more pictures (--calibration 1000), allow more (--max-drop), or use --fp16, which is smaller but no faster.',
  }),
  BACKBONE_UNKNOWN: entry<{ backbone: string; known: readonly string[] }>({
    kind: 'usage',
    title: 'There is no such backbone',
    detail: ({ backbone, known }) =>
      `"${backbone}" is neither a known backbone (${known.join(', ')}) nor an .onnx file nor hub:ORG/REPO.`,
    hint: () =>
      'Use --backbone histograms, --backbone pixels, --backbone FILE.onnx, or --backbone hub:ORG/REPO@REVISION.',
  }),
  DETECTOR_INVALID: entry<{ file: string; reason: string }>({
    kind: 'unprocessable',
    title: 'The detector cannot be used',
    detail: ({ file, reason }) => `${file} cannot be used as a detector: ${reason}.`,
    hint: () => 'It must be an ONNX detector of a known family (yolox, detr, d-fine, ultraface), named with its kind.',
  }),
  DETECTOR_MISSING: entry<{ counted: string }>({
    kind: 'configuration',
    title: 'No detector is set',
    detail: ({ counted }) =>
      `A gate counts ${counted === 'person' ? 'persons' : 'faces'}, but no ${counted} detector is set.`,
    hint: ({ counted }) =>
      `Name one in tintype.yaml, for example: detectors: { ${counted}: { kind: ${counted === 'face' ? 'ultraface' : 'yolox'}, file: detector.onnx } }`,
  }),
  NEIGHBORS_MISSING: entry<{ model: string }>({
    kind: 'conflict',
    title: 'The model has no index of its training pictures',
    detail: ({ model }) =>
      `The gate unknown and ?explain=neighbors compare with training pictures, but this version of "${model}" has no index of them.`,
    hint: () => 'Train it again: versions that are trained from now on have one. Imported models have none.',
  }),
  BACKBONE_INVALID: entry<{ file: string; reason: string }>({
    kind: 'unprocessable',
    title: 'The backbone cannot be used',
    detail: ({ file, reason }) => `${file} cannot be used as a backbone: ${reason}.`,
    hint: () => 'It must be an ONNX image model with one [N, 3, H, W] float32 input; docs/guides/train.md says more.',
  }),
  ONNX_INVALID: entry<{ reason: string }>({
    kind: 'unprocessable',
    title: 'The ONNX file cannot be used',
    detail: ({ reason }) => `The ONNX file is refused: ${reason}.`,
    hint: () => 'Export the model again as one self-contained ONNX file without external data.',
  }),
  MODEL_FILE_INVALID: entry<{ file: string; reason: string }>({
    kind: 'unprocessable',
    title: 'The model file cannot be used',
    detail: ({ file, reason }) => `${file} cannot be used: ${reason}.`,
    hint: () => 'docs/guides/import.md says which files of other tools are read, and what they must hold.',
  }),
  HUB_UNREACHABLE: entry<{ repository: string; reason: string }>({
    kind: 'unavailable',
    title: 'The hub cannot be reached',
    detail: ({ repository, reason }) => `${repository} cannot be downloaded: ${reason}.`,
    hint: () => 'Run the command again: the download goes on where it stopped. Offline, use --backbone FILE.onnx.',
  }),
  HUB_FILE_MISSING: entry<{ repository: string; files: readonly string[] }>({
    kind: 'notFound',
    title: 'The hub repository has no usable model',
    detail: ({ repository, files }) => `${repository} has none of ${files.join(', ')}.`,
    hint: () =>
      'Choose a repository with an ONNX export (onnx/model.onnx), or name the file: hub:ORG/REPO/path/model.onnx',
  }),
  HUB_HASH_MISMATCH: entry<{ file: string }>({
    kind: 'unprocessable',
    title: 'The download does not have the promised hash',
    detail: ({ file }) => `${file} was downloaded but its SHA-256 is not the one the hub promised; it was thrown away.`,
    hint: () => 'Run the command again; if it happens twice, do not trust that repository.',
  }),
  TRAINING_DIVERGED: entry<{ reason: string; flag?: string }>({
    kind: 'unprocessable',
    title: 'Training did not converge',
    detail: ({ reason }) => `Training stopped: ${reason}. Nothing was registered.`,
    hint: ({ flag }) =>
      flag === undefined
        ? 'Check the labels of the dataset ("tintype catalog"), or try another backbone or head.'
        : `Train again with a smaller step: ${flag}`,
  }),
  TRAINER_ENDED: entry<{ reason: 'crashed' | 'ran out of memory' | 'gave no sign of life'; run?: string }>({
    kind: 'unavailable',
    title: 'The training process ended unexpectedly',
    detail: ({ reason }) => `The process that trained ${reason}. Nothing was registered; its checkpoint is kept.`,
    hint: ({ reason, run = 'RUN' }) =>
      reason === 'ran out of memory'
        ? 'Train again with a smaller --batch or --size-px; --explain says how much memory a training needs.'
        : `Go on where it stopped: tintype train --resume ${run}`,
  }),
  MEMORY_INSUFFICIENT: entry<{ neededBytes: number; limitBytes: number }>({
    kind: 'unprocessable',
    title: 'The training does not fit into memory',
    detail: ({ neededBytes, limitBytes }) =>
      `A step of this training needs about ${formatBytes(neededBytes)}; ${formatBytes(limitBytes)} may be used here.`,
    hint: () =>
      'Choose a smaller --batch (with --accumulate for the same effect), a smaller --size-px or --train last:2.',
  }),
  RUN_NOT_FOUND: entry<{ run: string }>({
    kind: 'notFound',
    title: 'There is no such run',
    detail: ({ run }) => `There is no run ${run}.`,
    hint: () => 'Run "tintype models show MODEL" to see which run made a version.',
  }),
  RUN_BUSY: entry<{ run: string }>({
    kind: 'conflict',
    title: 'Another process works on this run',
    detail: ({ run }) => `Another process is training the run ${run} right now.`,
    hint: () => 'Wait until it ends, or end it; then resume the run.',
  }),
  RUN_NOT_RESUMABLE: entry<{ run: string; reason: string }>({
    kind: 'conflict',
    title: 'The run cannot be resumed',
    detail: ({ run, reason }) => `The run ${run} cannot be resumed: ${reason}.`,
    hint: () => 'Train anew with "tintype train"; equal options, seed and snapshot give an equal model.',
  }),
  ARTIFACT_NOT_FOUND: entry<{ run: string; name: string }>({
    kind: 'notFound',
    title: 'The run has no such file',
    detail: ({ run, name }) => `The run ${run} has no ${name} on this machine.`,
    hint: () => 'It may not have begun to train, its folder was cleaned up, or it was trained on another machine.',
  }),
  STUDY_NOT_FOUND: entry<{ study: string; known: readonly string[] }>({
    kind: 'notFound',
    title: 'There is no such study',
    detail: ({ study, known }) =>
      `There is no study "${study}"${known.length ? `; there is ${some(known.map((n) => `"${n}"`))}` : ''}.`,
    hint: () => 'Run "tintype tune" to start one, or "tintype tune list" to see them.',
  }),
  STUDY_EXISTS: entry<{ study: string }>({
    kind: 'conflict',
    title: 'There is such a study already',
    detail: ({ study }) => `There is a study "${study}" already.`,
    hint: ({ study }) => `Go on with it: tintype tune --study ${study} --resume. Or choose another name.`,
  }),
  STUDY_BUSY: entry<{ study: string }>({
    kind: 'conflict',
    title: 'Another command works on this study',
    detail: ({ study }) => `Another "tintype tune" is running the study "${study}".`,
    hint: () => 'Wait until it ends, or start another study with --study NAME.',
  }),
  STUDY_FRUITLESS: entry<{ study: string; reason: string }>({
    kind: 'unprocessable',
    title: 'No trial of the study came to an end',
    detail: ({ study, reason }) => `No trial of the study "${study}" came to a value: ${reason}.`,
    hint: ({ study }) =>
      `Give it more time: tintype tune --study ${study} --resume --budget 30m. Or name cheaper models with --models.`,
  }),
  COMPARISON_FRUITLESS: entry<{ reason: string }>({
    kind: 'unprocessable',
    title: 'No model came to an end',
    detail: ({ reason }) => `No model could be compared: ${reason}.`,
    hint: () => 'Give it more time with --budget 30m, or name cheaper models with --models.',
  }),
  JOB_NOT_FOUND: entry<{ job: string }>({
    kind: 'notFound',
    title: 'There is no such job',
    detail: ({ job }) => `There is no job ${job}.`,
    hint: () => 'Run "tintype jobs", or open /api/jobs, for the list of jobs.',
  }),
  JOB_NOT_ENDED: entry<{ job: string; status: string }>({
    kind: 'conflict',
    title: 'The job is not in a state for this',
    detail: ({ job, status }) =>
      status === 'replaced'
        ? `The job ${job} cannot be begun again: another one does the same work.`
        : `The job ${job} is ${status}; only a job that has failed or was cancelled is begun again, and only one that has ended is removed.`,
    hint: ({ job }) => `Look at it with "tintype jobs show ${job}"; "tintype jobs cancel ${job}" ends it.`,
  }),
  JOB_ABANDONED: entry<{ job: string; attempts: number }>({
    kind: 'unavailable',
    title: 'The job was given up',
    detail: ({ job, attempts }) =>
      `The job ${job} was started ${count(attempts, 'time')}, and each time its worker ended before it was done.`,
    hint: ({ job }) => `Look into the log of the worker, then begin it again: tintype jobs retry ${job}`,
  }),
  SYNC_RUNNING: entry<{ place: string; dataset: string; job: string }>({
    kind: 'conflict',
    title: 'This place is being followed already',
    detail: ({ place, dataset }) => `Another process is just making "${dataset}" follow ${place}.`,
    hint: ({ job }) => `Wait until it is done: tintype jobs show ${job}`,
  }),
  BATCH_INCOMPLETE: entry<{ job: string; out: string; failed: number; reason: string }>({
    kind: 'unprocessable',
    title: 'Some parts of the batch failed',
    detail: ({ out, failed, reason }) =>
      `${count(failed, 'part')} of the batch for ${out} failed, so that it was not written. The first: ${reason}`,
    hint: ({ job }) =>
      `What was done is kept. Mend the cause, then run the same command again, or: tintype jobs retry ${job}`,
  }),
  BATCH_FAILED: entry<{ job: string; detail: string; hint: string }>({
    kind: 'unprocessable',
    title: 'The batch has failed',
    detail: ({ detail }) => detail,
    hint: ({ hint }) => hint,
  }),
  OUTPUT_EXISTS: entry<{ out: string }>({
    kind: 'conflict',
    title: 'The output is there already',
    detail: ({ out }) => `${out} is there already, and nothing is written over.`,
    hint: () => 'Name another file with --out, or remove this one first.',
  }),
  OUTPUT_BUSY: entry<{ out: string; job: string }>({
    kind: 'conflict',
    title: 'Another batch writes this output',
    detail: ({ out, job }) => `${out} is being written by ${job}, which is of other pictures or another model.`,
    hint: ({ job }) => `Name another file with --out, or end the other one: tintype jobs cancel ${job}`,
  }),

  // Processes
  CHILD_CRASHED: entry<{ reason?: 'crashed' | 'ran out of memory' }>({
    kind: 'unavailable',
    title: 'A helper process ended unexpectedly',
    detail: ({ reason }) =>
      `The process that worked on this ${reason === 'ran out of memory' ? reason : 'ended unexpectedly'}; a new one has taken its place.`,
    hint: () => 'Try again; if it happens twice with the same picture, leave that picture out.',
  }),
  DEADLINE_EXCEEDED: entry<{ deadlineMs: number }>({
    kind: 'timeout',
    title: 'It took too long',
    detail: ({ deadlineMs }) => `No answer within ${deadlineMs / 1000} s.`,
    hint: () => 'Try again; if it happens twice with the same picture, leave that picture out.',
  }),
  SERVER_UNREACHABLE: entry<{ reason: string }>({
    kind: 'unavailable',
    title: 'The server does not answer',
    detail: ({ reason }) => reason,
    hint: () => 'Check the address; "tintype serve" prints it when it starts, and /health/live answers while it runs.',
  }),
  SERVER_REFUSED: entry<{ code: string; detail: string; hint: string }>({
    kind: 'unavailable',
    title: 'The server answered with a problem',
    detail: ({ code, detail }) => `The server answered ${code}: ${detail}`,
    hint: ({ hint }) => hint,
  }),
  LABELING_NOT_READY: entry<{ dataset: string; done: number; total: number; retryAfterS: number }>({
    kind: 'unavailable',
    title: 'The pictures are being prepared for labeling',
    detail: ({ dataset, done, total }) =>
      total > done
        ? `Features of ${done} of ${total} pictures of "${dataset}" are there; the rest is being extracted.`
        : `The pictures of "${dataset}" are being laid out for labeling.`,
    hint: ({ retryAfterS }) => `Ask again in ${count(retryAfterS, 'second')}; it happens once for every picture.`,
  }),
  OVERLOADED: entry<{ retryAfterS: number }>({
    kind: 'unavailable',
    title: 'The server is busy',
    detail: () => 'More pictures are waiting than this server can answer in time.',
    hint: ({ retryAfterS }) => `Try again in ${count(retryAfterS, 'second')}.`,
  }),
  PROVIDER_UNAVAILABLE: entry<{ provider: string; available: string }>({
    kind: 'unavailable',
    title: 'The device cannot be used',
    detail: ({ provider }) =>
      `ONNX Runtime cannot compute on "${provider}" here: it, its driver or a device is missing.`,
    hint: ({ available }) =>
      `Take the option --provider away to compute on the processor. This installation was built for: ${available}.`,
  }),
  CANCELLED: entry({
    kind: 'cancelled',
    title: 'Cancelled',
    detail: () => 'The work was cancelled; what was finished before is kept.',
    hint: () => 'Run the same command again to go on.',
  }),
  INTERNAL: entry<{ errorId: string }>({
    kind: 'internal',
    title: 'Something went wrong inside',
    detail: ({ errorId }) => `An unexpected error happened (${errorId}). Nothing that was confirmed is lost.`,
    hint: () => 'Look for the id in the log, and report it with the log lines around it.',
  }),
};

export type ErrorCode = keyof typeof errorTable;
export type ErrorDetails<C extends ErrorCode> = (typeof errorTable)[C] extends ErrorEntry<infer D> ? D : never;

/** RFC 9457 problem details, as every door reports a failure. */
export interface Problem {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  hint: string;
  errors?: readonly { pointer: string; message: string }[];
}

/** The one exception that means something to a user. `cause` keeps what led to it, for the log only. */
export class TintypeError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly details: ErrorDetails<C>;

  constructor(code: C, details: ErrorDetails<C>, options?: { cause?: unknown }) {
    super((errorTable[code] as ErrorEntry<ErrorDetails<C>>).detail(details), options);
    this.name = 'TintypeError';
    this.code = code;
    this.details = details;
  }

  get kind(): ErrorKind {
    return errorTable[this.code].kind;
  }

  get title(): string {
    return errorTable[this.code].title;
  }

  get hint(): string {
    return (errorTable[this.code] as ErrorEntry<ErrorDetails<C>>).hint(this.details);
  }

  get status(): number {
    return errorKinds[this.kind].status;
  }

  get exitCode(): number {
    return errorKinds[this.kind].exitCode;
  }

  toProblem(): Problem {
    const errors = (this.details as { errors?: Problem['errors'] }).errors;
    return {
      type: `urn:tintype:error:${this.code}`,
      title: this.title,
      status: this.status,
      code: this.code,
      detail: this.message,
      hint: this.hint,
      ...(errors ? { errors } : {}),
    };
  }
}

/** Anything thrown, as a TintypeError: its own kind passes through, the unknown becomes INTERNAL and keeps its cause. */
export function toTintypeError(thrown: unknown, errorId: string): TintypeError {
  if (thrown instanceof TintypeError) return thrown;
  return new TintypeError('INTERNAL', { errorId }, { cause: thrown });
}

/** Bytes in the largest fitting binary unit, for sentences: `1.5 MiB`. */
export function formatBytes(sizeBytes: number): string {
  const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = sizeBytes;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? value : value.toFixed(value < 10 ? 1 : 0)} ${units[unit]}`;
}
