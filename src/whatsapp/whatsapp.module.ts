import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { ContactsModule } from '../contacts/contacts.module.js';
import { AuthStateRepository } from './auth-state/auth-state.repository.js';
import { CommandDesk } from './session/command-desk.js';
import { LeaseRepository } from './session/lease.repository.js';
import { Ownership } from './session/ownership.js';
import { SessionReporter } from './session/session-reporter.js';
import { SessionRunner } from './session/session-runner.js';
import { AppStateRepository } from './sync/app-state/app-state.repository.js';
import { HistoryRepository } from './sync/history/history.repository.js';
import { SyncServices } from './sync/sync-services.js';

/** The WhatsApp session: everything that knows Baileys. */
@Module({
  imports: [AccountsModule, ContactsModule],
  providers: [
    AppStateRepository,
    AuthStateRepository,
    CommandDesk,
    HistoryRepository,
    LeaseRepository,
    Ownership,
    SessionReporter,
    SessionRunner,
    SyncServices,
  ],
  exports: [SessionRunner],
})
export class WhatsappModule {}
