import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '../..');
const DOCUMENT = join(ROOT, 'docs/openapi.json');
const TIMEOUT_MS = 200_000;

/** Command lines of the generators. They write to the current folder. */
const GENERATORS: readonly string[][] = [
  ['openapi-typescript/bin/cli.js', DOCUMENT, '-o', 'paths.ts'],
  [
    '@hey-api/openapi-ts/bin/run.js',
    '-i',
    DOCUMENT,
    '-o',
    'hey-api',
    '-c',
    '@hey-api/client-fetch',
    '--silent',
  ],
  ['oazapfts/dist/cli.js', DOCUMENT, 'oazapfts.ts'],
  [
    'swagger-typescript-api/dist/cli.mjs',
    'generate',
    '-p',
    DOCUMENT,
    '-o',
    '.',
    '-n',
    'swagger.ts',
    '--silent',
  ],
];

const TSCONFIG = {
  compilerOptions: {
    strict: true,
    noUncheckedIndexedAccess: true,
    noEmit: true,
    target: 'es2022',
    module: 'preserve',
    lib: ['es2023', 'dom', 'dom.iterable'],
    types: ['node'],
    skipLibCheck: true,
  },
  files: ['program.ts'],
};

/** Results of the same requests with one generated client. */
export interface ClientAnswers {
  names: (string | null)[];
  next: number;
  code: string;
  isPicture?: boolean;
}

/** Clients that generators create from the checked-in document, in a temporary folder. */
export class GeneratedClients {
  private constructor(private readonly folder: string) {}

  static async generate(): Promise<GeneratedClients> {
    const clients = new GeneratedClients(await mkdtemp(join(tmpdir(), 'clients-')));
    const { folder } = clients;
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    await writeFile(join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
    await copyFile(join(import.meta.dirname, 'clients/program.ts'), join(folder, 'program.ts'));
    await Promise.all(GENERATORS.map((command) => clients.run(...(command as [string]))));
    return clients;
  }

  /** @returns the errors of the compiler in strict mode */
  compile(): Promise<string> {
    return this.run('typescript/bin/tsc', '-p', '.');
  }

  async use(baseUrl: string, key: string): Promise<Record<string, ClientAnswers>> {
    const output = await this.run('tsx/dist/cli.mjs', 'program.ts', baseUrl, key);
    return JSON.parse(output) as Record<string, ClientAnswers>;
  }

  async delete(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  private async run(script: string, ...parameters: string[]): Promise<string> {
    const file = join(ROOT, 'node_modules', script);
    const options = { cwd: this.folder, timeout: TIMEOUT_MS, maxBuffer: 10_000_000 };
    const { stdout } = await promisify(execFile)(process.execPath, [file, ...parameters], options).catch(
      (error: Error & { stdout: string; stderr: string }) => {
        throw new Error(`${script}: ${error.stdout}\n${error.stderr}`, { cause: error });
      },
    );
    return stdout;
  }
}
