/**
 * `npm run image:name -- ghcr.io/<owner>/whatsapp-contacts`: writes the name of the image, and the version of
 * package.json as its tag, to all files that name it. Without a name, only updates the tags. `npm run deploy:check`
 * fails if they differ.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { argv } from 'node:process';
import { fileURLToPath } from 'node:url';

export const IMAGE_FILES = [
  'README.md',
  'deploy/compose.scaled.yml',
  'deploy/coolify/whatsapp-contacts.yml',
  'deploy/kubernetes/base/kustomization.yaml',
  'deploy/portainer/templates.json',
  'docker-compose.yml',
  'docs/managed-postgres.md',
  'docs/operations.md',
];

const NAME = /ghcr\.io\/[\w.-]+\/whatsapp-contacts/g;
const TAG = /(?<=ghcr\.io\/[\w.-]+\/whatsapp-contacts:)\d+\.\d+\.\d+/g;
/** In a kustomization, after `name` or `newName`. */
const NEW_TAG = /(?<=[nN]ame: ghcr\.io\/[\w.-]+\/whatsapp-contacts\n\s+newTag: )\S+/g;

const read = (file) => readFileSync(file, 'utf8');
const { version } = JSON.parse(read('package.json'));
const currentName = () => NAME[Symbol.match](read('docker-compose.yml'))[0];

function renamed(text, name) {
  return text.replace(NAME, name).replace(TAG, version).replace(NEW_TAG, version);
}

/** Returns a sentence for each file that contains another name or version. */
export function imageNameProblems() {
  const name = currentName();
  return IMAGE_FILES.filter((file) => renamed(read(file), name) !== read(file)).map(
    (file) => `${file}: the image is not ${name}:${version}. Run: npm run image:name`,
  );
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const name = argv[2] ?? currentName();
  if (!new RegExp(`^${NAME.source}$`).test(name)) {
    console.error(`Invalid name "${name}": use, for example, ghcr.io/acme/whatsapp-contacts.`);
    process.exit(1);
  }
  for (const file of IMAGE_FILES) writeFileSync(file, renamed(read(file), name));
}
