import { utimesSync } from 'node:fs';
import { before } from '@nestjs/swagger/plugin';
import ts from 'typescript';

const OPTIONS = {
  introspectComments: true,
  controllerKeyOfComment: 'summary',
  esmCompatible: true,
  // Not '.entity.ts', a default of the plugin: the session thread would load @nestjs/swagger with its entities.
  dtoFileNameSuffix: ['.dto.ts'],
};
const PROJECTS = ['tsconfig.build.json', 'migrations'];
const BUILD_INFO = ['dist/.tsbuildinfo', 'dist/migrations/.tsbuildinfo'];

const report = (diagnostic) =>
  process.stderr.write(ts.formatDiagnosticsWithColorAndContext([diagnostic], host));
const host = ts.createSolutionBuilderHost(ts.sys, undefined, report);
host.getCanonicalFileName = (name) => name;
host.getNewLine = () => '\n';

/**
 * `tsc -b` with the compiler plugin of @nestjs/swagger, which tsc itself cannot load: it keeps types and docstrings of DTOs and
 * controllers for the API document, so that they need not be repeated in decorators.
 */
export function compile() {
  compareContents();
  const builder = ts.createSolutionBuilder(host, PROJECTS, {});
  for (
    let project = builder.getNextInvalidatedProject();
    project;
    project = builder.getNextInvalidatedProject()
  ) {
    const program = project.getProgram?.();
    const transformers = program && { before: [before(OPTIONS, program)] };
    const status = project.done(undefined, undefined, transformers);
    if (status !== ts.ExitStatus.Success) process.exit(1);
  }
}

/**
 * Makes TypeScript compare the contents of sources. It skips sources that are older than the last build, but an archive or
 * another checkout can contain changed sources with old times.
 */
function compareContents() {
  for (const file of BUILD_INFO) {
    try {
      utimesSync(file, 0, 0);
    } catch (error) {
      if (error.code !== 'ENOENT') throw error;
    }
  }
}
