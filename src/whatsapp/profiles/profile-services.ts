import { Injectable } from '@nestjs/common';
import { ContactsService } from '../../contacts/write/contacts.service.js';
import { ProfileFetchesRepository } from '../../contacts/fetches/profile-fetches.repository.js';
import { Lease } from '../lease/lease.js';
import { FetchBudget } from './fetch-budget.js';
import { FetchPause } from './fetch-pause.js';

/** What the downloader of a connection works with; it outlives the connection. */
@Injectable()
export class ProfileServices {
  constructor(
    readonly lease: Lease,
    readonly contacts: ContactsService,
    readonly downloads: ProfileFetchesRepository,
    readonly budget: FetchBudget,
    readonly pause: FetchPause,
  ) {}
}
