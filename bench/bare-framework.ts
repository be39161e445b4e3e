import 'reflect-metadata';
import { Controller, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestExpressApplication } from '@nestjs/platform-express';

/** The floor of the read benchmark: Nest on Express, one constant answer, no database. Argument: the port. */
const CONTACT = {
  jid: '491701234567@s.whatsapp.net',
  push_name: 'anna',
  full_name: 'Anna Adler',
  first_name: 'Anna',
};

class BareController {
  getContact(): typeof CONTACT {
    return CONTACT;
  }
}
Controller()(BareController);
Get('getcontact')(
  BareController.prototype,
  'getContact',
  Object.getOwnPropertyDescriptor(BareController.prototype, 'getContact') as PropertyDescriptor,
);

class BareModule {}
Module({ controllers: [BareController] })(BareModule);

const app = await NestFactory.create<NestExpressApplication>(BareModule, { logger: false });
app.disable('x-powered-by');
app.set('etag', false);
await app.listen(Number(process.argv[2]), '127.0.0.1');
