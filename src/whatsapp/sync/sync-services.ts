import { Injectable } from '@nestjs/common';
import { AccountsRepository } from '../../accounts/accounts.repository.js';
import { SessionStateRepository } from '../../sessions/sessions.repository.js';
import { ContactsService } from '../../contacts/write/contacts.service.js';
import { isLinked, loadCredentials } from '../auth-state/auth-state.js';
import { AuthStateRepository } from '../auth-state/auth-state.repository.js';
import { ProfileServices } from '../profiles/profile-services.js';
import { Lease } from '../lease/lease.js';
import { AppStateRepository } from '../app-state/app-state.repository.js';
import { HistoryRepository } from '../history/history.repository.js';
import { StanzaFactsWriter } from '../stanzas/stanza-facts-writer.js';

/** What the synchronisation of a connection works with; it outlives the connection. */
@Injectable()
export class SyncServices {
  constructor(
    readonly lease: Lease,
    readonly accounts: AccountsRepository,
    readonly sessionState: SessionStateRepository,
    readonly contacts: ContactsService,
    readonly appState: AppStateRepository,
    readonly history: HistoryRepository,
    readonly authState: AuthStateRepository,
    readonly stanzaFacts: StanzaFactsWriter,
    readonly profiles: ProfileServices,
  ) {}

  /** Whether a phone has confirmed this device. */
  async isLinked(): Promise<boolean> {
    return isLinked(await loadCredentials(this.authState));
  }
}
