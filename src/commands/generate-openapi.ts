import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { readFile, writeFile } from 'node:fs/promises';
import { AppModule } from '../app.module.js';
import { loadConfig } from '../kernel/config/config.js';
import { createDocument } from '../api/openapi/document.js';

/** `npm run openapi`: writes the API document; with `--check`, fails where the one that is checked in differs. */
const FILE = new URL('../../docs/openapi.json', import.meta.url);

// Nothing is started and no database asked: only types and decorators are read.
const app = await NestFactory.create(AppModule.forRoot(loadConfig({}), 'postgres://localhost/none'), {
  preview: true,
  logger: ['error'],
});
const text = `${JSON.stringify(createDocument(app), null, 2)}\n`;
if (!process.argv.includes('--check')) await writeFile(FILE, text);
else if (text !== (await readFile(FILE, 'utf8').catch(() => ''))) {
  console.error('docs/openapi.json differs from what the code says: run npm run openapi, and commit it.');
  process.exitCode = 1;
}
