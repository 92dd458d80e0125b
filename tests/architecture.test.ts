/** @file The import law as a table: which package and which stage may import which, and no cycle anywhere. */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

/** Package -> packages of ours it may import. */
const packageLaw: Record<string, readonly string[]> = {
  contracts: [],
  autograd: [],
  vision: ['contracts'],
  core: ['contracts', 'autograd', 'vision'],
  adapters: ['contracts', 'core'],
  server: ['contracts', 'core', 'adapters'],
  client: [],
  cli: ['contracts', 'core', 'adapters', 'server', 'client'],
  web: ['contracts', 'vision'],
  'example-recyclables': [],
};

/** Folder of a package. */
const packageFolders: Record<string, string> = {
  contracts: 'packages/contracts',
  autograd: 'packages/autograd',
  vision: 'packages/vision',
  core: 'packages/core',
  adapters: 'packages/adapters',
  client: 'packages/client',
  server: 'apps/server',
  cli: 'apps/cli',
  web: 'apps/web',
  'example-recyclables': 'examples/recyclables',
};

/** Stages of core in data-flow order: each may import itself and those before it. */
const stages = [
  'ports',
  'access',
  'model',
  'ingest',
  'catalog',
  'label',
  'explore',
  'train',
  'evaluate',
  'registry',
  'tune',
  'serve',
  'backup',
  'verify',
  'deploy',
] as const;

/** Of core, adapters may import the ports alone; contract suites live there too. */
const adapterCoreLaw = /^@tintype\/core\/ports\//;

/** Libraries that only one place may import, so that what they do happens one way. */
const libraryLaw: Record<string, RegExp> = {
  sharp: /^(packages\/vision\/src\/(sharp\.ts|testing\/)|examples\/recyclables\/)/,
  'onnxruntime-node': /^packages\/autograd\/src\/runtime\/(load-onnx-runtime|session)\.ts$/,
  'libheif-js': /^packages\/vision\/src\/heic\.ts$/,
  'better-sqlite3': /^packages\/adapters\//,
  kysely: /^packages\/adapters\//,
  '@aws-sdk/client-s3': /^packages\/adapters\/src\/buckets\//,
  '@google-cloud/storage': /^packages\/adapters\/src\/buckets\//,
  fastify: /^apps\/server\//,
  commander: /^apps\/cli\//,
  h5wasm: /^packages\/core\/src\/model\/formats\/keras\//,
  'scran.js': /^packages\/core\/src\/explore\/umap\.ts$/,
  react: /^apps\/web\//,
};

/** Of vision, a browser may import what needs no sharp. */
const webVisionLaw = /^@tintype\/vision\/(?:fit-pixels|histograms|to-tensor)$/;

const narrowerLaws: Record<string, RegExp> = { 'adapters core': adapterCoreLaw, 'web vision': webVisionLaw };

interface SourceFile {
  path: string;
  owner: string;
  imports: { specifier: string; typeOnly: boolean }[];
}

const isTest = (path: string): boolean => /\.(test|contract)\.tsx?$/.test(path);

function listFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return name === 'node_modules' || name === 'dist' ? [] : listFiles(path);
    return /\.tsx?$/.test(name) && !name.endsWith('.d.ts') ? [path] : [];
  });
}

function readImports(path: string): SourceFile['imports'] {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, false);
  const found: SourceFile['imports'] = [];
  const visit = (node: ts.Node): void => {
    if (
      (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) &&
      node.moduleSpecifier &&
      ts.isStringLiteral(node.moduleSpecifier)
    ) {
      const typeOnly = ts.isImportDeclaration(node) ? node.importClause?.isTypeOnly === true : node.isTypeOnly;
      found.push({ specifier: node.moduleSpecifier.text, typeOnly });
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteral(argument)) found.push({ specifier: argument.text, typeOnly: false });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

const files: SourceFile[] = Object.entries(packageFolders).flatMap(([owner, folder]) =>
  listFiles(join(root, folder, 'src')).map((path) => ({
    path: relative(root, path),
    owner,
    imports: readImports(path),
  })),
);
const sources = files.filter((file) => !isTest(file.path));

test('the law covers every package of the workspace', () => {
  const named = Object.values(packageFolders).toSorted();
  const present = ['packages', 'apps', 'examples']
    .flatMap((folder) => readdirSync(join(root, folder)).map((name) => `${folder}/${name}`))
    .filter((folder) => statSync(join(root, folder)).isDirectory())
    .toSorted();

  expect(present).toEqual(named);
  expect(sources.length).toBeGreaterThan(50);
});

test('packages import only what the law allows', () => {
  const broken = sources.flatMap((file) =>
    file.imports.flatMap(({ specifier }) => {
      const target = /^@tintype\/([^/]+)/.exec(specifier)?.[1];
      if (target === undefined || target === file.owner) return [];
      if (!packageLaw[file.owner]?.includes(target)) return [`${file.path} imports ${specifier}`];
      const narrower = narrowerLaws[`${file.owner} ${target}`];
      if (narrower && !narrower.test(specifier)) return [`${file.path} imports ${specifier}`];
      return [];
    }),
  );

  expect(broken).toEqual([]);
});

test('relative imports stay inside their package and name their extension', () => {
  const broken = files.flatMap((file) =>
    file.imports.flatMap(({ specifier }) => {
      if (!specifier.startsWith('.')) return [];
      const target = relative(root, resolve(root, dirname(file.path), specifier));
      const inside = target.startsWith(`${packageFolders[file.owner]}/`);
      return inside && /\.(ts|tsx|css|json)$/.test(specifier) ? [] : [`${file.path} imports ${specifier}`];
    }),
  );

  expect(broken).toEqual([]);
});

test('a stage of core imports only stages before it', () => {
  const stageOf = (path: string): number => stages.findIndex((stage) => path.startsWith(`packages/core/src/${stage}/`));
  const broken = sources
    .filter((file) => file.owner === 'core')
    .flatMap((file) => {
      const own = stageOf(file.path);
      if (own < 0) return [`${file.path} is in no stage`];
      return file.imports.flatMap(({ specifier }) => {
        if (!specifier.startsWith('.')) return [];
        const target = stageOf(relative(root, resolve(root, dirname(file.path), specifier)));
        return target > own ? [`${file.path} imports ${specifier}`] : [];
      });
    });

  expect(broken).toEqual([]);
});

test('a library that decides behavior is imported in one place', () => {
  const broken = sources.flatMap((file) =>
    file.imports.flatMap(({ specifier, typeOnly }) => {
      const law = libraryLaw[specifier];
      return law && !typeOnly && !law.test(file.path) ? [`${file.path} imports ${specifier}`] : [];
    }),
  );

  expect(broken).toEqual([]);
});

test('core touches no clock, randomness, file system or network but through its ports', () => {
  const forbidden = /\b(Date\.now|new Date\(\)|Math\.random|randomUUID)\b/;
  const broken = sources
    .filter((file) => file.owner === 'core' && !file.path.startsWith('packages/core/src/ports/'))
    .filter((file) => forbidden.test(readFileSync(join(root, file.path), 'utf8')))
    .map((file) => file.path);

  expect(broken).toEqual([]);
});

test('no import cycle exists', () => {
  const resolveImport = (file: SourceFile, specifier: string): string | undefined => {
    if (specifier.startsWith('.')) return relative(root, resolve(root, dirname(file.path), specifier));
    const match = /^@tintype\/([^/]+)\/(.+)$/.exec(specifier);
    const folder = match && packageFolders[match[1] as string];
    return folder ? `${folder}/src/${match[2]}.ts` : undefined;
  };
  const edges = new Map(
    sources.map((file) => [
      file.path,
      file.imports.filter((i) => !i.typeOnly).flatMap((i) => resolveImport(file, i.specifier) ?? []),
    ]),
  );
  const cycles: string[] = [];
  const state = new Map<string, 'open' | 'done'>();
  const walk = (path: string, trail: string[]): void => {
    if (state.get(path) === 'done') return;
    if (state.get(path) === 'open') {
      cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    state.set(path, 'open');
    for (const next of edges.get(path) ?? []) walk(next, [...trail, path]);
    state.set(path, 'done');
  };
  for (const path of edges.keys()) walk(path, []);

  expect(cycles).toEqual([]);
});

test('code says what it means: no any, no suppressed checks, no default exports, no star exports', () => {
  const patterns = [
    /:\s*any\b/,
    /\bas any\b/,
    /<any>/,
    /@ts-(ignore|nocheck)/,
    /^export default /m,
    /^export \* from/m,
    /\b(TODO|FIXME)\b/,
  ];
  const broken = files
    .filter((file) => !file.path.includes('/generated/'))
    .flatMap((file) => {
      const text = readFileSync(join(root, file.path), 'utf8');
      return patterns.filter((pattern) => pattern.test(text)).map((pattern) => `${file.path}: ${pattern}`);
    });

  expect(broken).toEqual([]);
});

test('every file opens with a sentence that says what it is, and none is longer than 500 lines', () => {
  const broken = files
    .filter((file) => !file.path.includes('/generated/'))
    .flatMap((file) => {
      const text = readFileSync(join(root, file.path), 'utf8');
      const lines = text.split('\n').length;
      const isTable = file.path === 'packages/contracts/src/errors.ts';
      return [
        ...(/^(#!.*\n)?\/\*\*\s*(\n \* )?@file /.test(text) ? [] : [`${file.path} has no @file sentence`]),
        ...(lines > 500 && !isTable ? [`${file.path} has ${lines} lines`] : []),
      ];
    });

  expect(broken).toEqual([]);
});
