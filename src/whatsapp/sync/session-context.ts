import { Injectable } from '@nestjs/common';
import { AccountsRepository } from '../../accounts/accounts.repository.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import { ContactsService } from '../../contacts/write/contacts.service.js';
import { ContactCaches } from '../../contacts/write/contact-cache.js';
import { FeedRepository } from '../../feed/feed.repository.js';
import { DegradationsRepository } from '../../sessions/degradations.repository.js';
import { SessionStateRepository } from '../../sessions/session-state.repository.js';
import { SessionsRepository } from '../../sessions/sessions.repository.js';
import { AppStateRepository } from '../app-state/app-state.repository.js';
import { SyncKeyRequestsRepository } from '../app-state/sync-key-requests.repository.js';
import { AuthStateRepository } from '../auth-state/auth-state.repository.js';
import { HistoryRepository } from '../history/history.repository.js';
import type { Lease } from '../lease/lease.js';
import type { FetchBudget } from '../profiles/fetch-budget.js';
import type { FetchPause } from '../profiles/fetch-pause.js';
import type { FetchScheduler } from '../profiles/fetch-scheduler.js';
import type { ReaderPool } from '../reading/reader-pool.js';
import type { QuietTime } from './reconciliation.js';
import { StanzaWriter } from '../stanzas/stanza-writer.js';

/** Where sessions write; shared by all sessions of a thread. */
@Injectable()
export class Stores {
  constructor(
    readonly accounts: AccountsRepository,
    readonly sessions: SessionsRepository,
    readonly sessionState: SessionStateRepository,
    readonly degradations: DegradationsRepository,
    readonly contacts: ContactsService,
    readonly feed: FeedRepository,
    readonly fetches: ProfileFetchesRepository,
    readonly appState: AppStateRepository,
    readonly keyRequests: SyncKeyRequestsRepository,
    readonly history: HistoryRepository,
    readonly authState: AuthStateRepository,
    readonly stanzas: StanzaWriter,
    readonly knownPeople: ContactCaches,
  ) {}
}

/** What the parts of one session share, for as long as this process holds it; connections come and go. */
export interface SessionContext {
  readonly lease: Lease;
  readonly stores: Stores;
  readonly budget: FetchBudget;
  readonly pause: FetchPause;
  /** People that a batch of profiles asks about in the background. */
  readonly batchSize: number;
  /** Both of all sessions of the thread. */
  readonly scheduler: FetchScheduler;
  readonly quietTime: QuietTime;
  /** Whether messages from other accounts are decrypted; see DECRYPT_MESSAGES in Config. */
  readonly decryptsMessages: boolean;
  /** Shared by all sessions of the thread. */
  readonly readers: ReaderPool;
}
