import { Module } from '@nestjs/common';
import { AccountsRepository } from './accounts.repository.js';

/** The WhatsApp accounts whose address books these are. */
@Module({ providers: [AccountsRepository], exports: [AccountsRepository] })
export class AccountsModule {}
