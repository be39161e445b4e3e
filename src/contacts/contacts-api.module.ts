import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { ContactsController } from './contacts.controller.js';
import { ContactsModule } from './contacts.module.js';

/** The routes of the address book; not part of the session role. */
@Module({ imports: [ContactsModule, AccountsModule], controllers: [ContactsController] })
export class ContactsApiModule {}
