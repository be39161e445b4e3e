import 'reflect-metadata';
import { readFile, writeFile } from 'node:fs/promises';
import { NestFactory } from '@nestjs/core';
import { createDocument } from '../api/openapi/document.js';
import { AppModule } from '../app.module.js';
import { loadConfig } from '../kernel/config/load-config.js';

/** `npm run openapi`: writes the OpenAPI document. With `--check`, fails if the checked-in document differs. */
const FILE = new URL('../../docs/openapi.json', import.meta.url);

// In preview mode, Nest creates no providers: only types and decorators are read.
const app = await NestFactory.create(AppModule.forRoot(loadConfig({}), 'postgres://localhost/none'), {
  preview: true,
  logger: ['error'],
});
const text = `${JSON.stringify(createDocument(app), null, 2)}\n`;
if (!process.argv.includes('--check')) await writeFile(FILE, text);
else if (text !== (await readFile(FILE, 'utf8').catch(() => ''))) {
  console.error('docs/openapi.json is outdated. Run `npm run openapi`, and commit the result.');
  process.exitCode = 1;
}
