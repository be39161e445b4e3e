import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { ContactsModule } from '../contacts/contacts.module.js';
import { AuthStateRepository } from './auth-state/auth-state.repository.js';
import { FetchBudget } from './profiles/fetch-budget.js';
import { FetchPause } from './profiles/fetch-pause.js';
import { ProfileServices } from './profiles/profile-services.js';
import { CommandHandler } from './connection/command-handler.js';
import { LeaseRepository } from './lease/lease.repository.js';
import { Lease } from './lease/lease.js';
import { SessionReporter } from './connection/session-reporter.js';
import { SessionRunner } from './connection/session-runner.js';
import { AppStateRepository } from './app-state/app-state.repository.js';
import { HistoryRepository } from './history/history.repository.js';
import { StanzaFactsWriter } from './stanzas/stanza-facts-writer.js';
import { SyncServices } from './sync/sync-services.js';

/** The WhatsApp session: everything that knows Baileys. */
@Module({
  imports: [AccountsModule, ContactsModule],
  providers: [
    AppStateRepository,
    AuthStateRepository,
    CommandHandler,
    FetchBudget,
    FetchPause,
    HistoryRepository,
    LeaseRepository,
    Lease,
    ProfileServices,
    SessionReporter,
    SessionRunner,
    StanzaFactsWriter,
    SyncServices,
  ],
  exports: [SessionRunner],
})
export class WhatsappModule {}
