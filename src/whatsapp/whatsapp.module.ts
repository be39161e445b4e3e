import { Module } from '@nestjs/common';
import { AccountsModule } from '../accounts/accounts.module.js';
import { ContactsModule } from '../contacts/contacts.module.js';
import { FeedModule } from '../feed/feed.module.js';
import { SecretsModule } from '../secrets/secrets.module.js';
import { SessionsModule } from '../sessions/sessions.module.js';
import { AppStateRepository } from './app-state/app-state.repository.js';
import { SyncKeyRequestsRepository } from './app-state/sync-key-requests.repository.js';
import { AuthStateRepository } from './auth-state/auth-state.repository.js';
import { ClientVersions } from './client-version/client-versions.js';
import { LoginGate } from './connection/login-gate.js';
import { HistoryRepository } from './history/history.repository.js';
import { LeaseRepository } from './lease/lease.repository.js';
import { LeaseHolder } from './lease/lease-holder.js';
import { FetchScheduler } from './profiles/fetch-scheduler.js';
import { ReaderPool } from './reading/reader-pool.js';
import { StanzaWriter } from './stanzas/stanza-writer.js';
import { Stores } from './sync/session-context.js';
import { CommandPoller } from './worker/command-poller.js';
import { SessionHost } from './worker/session-host.js';

/** Everything that connects to WhatsApp. `SessionHost` creates the objects of each session. */
@Module({
  imports: [AccountsModule, ContactsModule, FeedModule, SecretsModule, SessionsModule],
  providers: [
    AppStateRepository,
    AuthStateRepository,
    ClientVersions,
    CommandPoller,
    FetchScheduler,
    HistoryRepository,
    LeaseHolder,
    LeaseRepository,
    LoginGate,
    ReaderPool,
    SessionHost,
    StanzaWriter,
    Stores,
    SyncKeyRequestsRepository,
  ],
  exports: [SessionHost],
})
export class WhatsappModule {}
