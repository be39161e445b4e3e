import { Injectable } from '@nestjs/common';
import { AccountsRepository } from '../../accounts/accounts.repository.js';
import { NumberChecksRepository } from '../../contacts/checks/number-checks.repository.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import { ContactCaches } from '../../contacts/write/contact-cache.js';
import { ContactsService } from '../../contacts/write/contacts.service.js';
import { FeedRepository } from '../../feed/feed.repository.js';
import type { NextStep } from '../../kernel/logging/next-step.js';
import { DegradationsRepository } from '../../sessions/degradations.repository.js';
import { SessionProxiesRepository } from '../../sessions/session-proxies.repository.js';
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
import { StanzaWriter } from '../stanzas/stanza-writer.js';
import type { QuietTime } from './reconciliation.js';
import type { SessionProxies } from './session-proxies.js';

/** Repositories and services that sessions write with; shared by all sessions of a thread. */
@Injectable()
export class Stores {
  constructor(
    readonly accounts: AccountsRepository,
    readonly sessions: SessionsRepository,
    readonly sessionState: SessionStateRepository,
    readonly sessionProxies: SessionProxiesRepository,
    readonly degradations: DegradationsRepository,
    readonly contacts: ContactsService,
    readonly feed: FeedRepository,
    readonly fetches: ProfileFetchesRepository,
    readonly checks: NumberChecksRepository,
    readonly appState: AppStateRepository,
    readonly keyRequests: SyncKeyRequestsRepository,
    readonly history: HistoryRepository,
    readonly authState: AuthStateRepository,
    readonly stanzas: StanzaWriter,
    readonly knownPeople: ContactCaches,
  ) {}
}

/** Objects that one session uses while this process holds its lease, over any number of connections. */
export interface SessionContext {
  readonly lease: Lease;
  readonly stores: Stores;
  /** For everything that this session sends over the network. */
  readonly proxies: SessionProxies;
  readonly budget: FetchBudget;
  readonly pause: FetchPause;
  /** Number of contacts in a batch of background profile fetches. */
  readonly batchSize: number;
  /** Maximum numbers that are checked per day; CHECKS_PER_DAY in Config. */
  readonly checksPerDay: number;
  readonly nextStep: NextStep;
  /** Shared by all sessions of the thread, as are `nextStep`, `quietTime` and `readers`. */
  readonly scheduler: FetchScheduler;
  readonly quietTime: QuietTime;
  /** Whether messages from other accounts are decrypted; DECRYPT_MESSAGES in Config. */
  readonly decryptsMessages: boolean;
  readonly readers: ReaderPool;
}
