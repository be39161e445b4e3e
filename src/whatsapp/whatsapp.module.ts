import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { ContactsModule } from '../contacts/contacts.module.js';
import { AuthStateRepository } from './auth-state/auth-state.repository.js';
import { DownloadBudget } from './profiles/download-budget.js';
import { DownloadPause } from './profiles/download-pause.js';
import { ProfileServices } from './profiles/profile-services.js';
import { CommandDesk } from './session/command-desk.js';
import { LeaseRepository } from './session/lease.repository.js';
import { Ownership } from './session/ownership.js';
import { SessionReporter } from './session/session-reporter.js';
import { SessionRunner } from './session/session-runner.js';
import { AppStateRepository } from './sync/app-state/app-state.repository.js';
import { HistoryRepository } from './sync/history/history.repository.js';
import { StanzaFactsWriter } from './sync/stanzas/stanza-facts-writer.js';
import { SyncServices } from './sync/sync-services.js';

/** The WhatsApp session: everything that knows Baileys. */
@Module({
  imports: [AccountsModule, ContactsModule],
  providers: [
    AppStateRepository,
    AuthStateRepository,
    CommandDesk,
    DownloadBudget,
    DownloadPause,
    HistoryRepository,
    LeaseRepository,
    Ownership,
    ProfileServices,
    SessionReporter,
    SessionRunner,
    StanzaFactsWriter,
    SyncServices,
  ],
  exports: [SessionRunner],
})
export class WhatsappModule {}
