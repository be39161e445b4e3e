import { Injectable } from '@nestjs/common';
import { ContactsService } from '../../contacts/changes/contacts.service.js';
import { ProfileDownloadsRepository } from '../../contacts/downloads/profile-downloads.repository.js';
import { Lease } from '../lease/lease.js';
import { DownloadBudget } from './download-budget.js';
import { DownloadPause } from './download-pause.js';

/** What the downloader of a connection works with; it outlives the connection. */
@Injectable()
export class ProfileServices {
  constructor(
    readonly lease: Lease,
    readonly contacts: ContactsService,
    readonly downloads: ProfileDownloadsRepository,
    readonly budget: DownloadBudget,
    readonly pause: DownloadPause,
  ) {}
}
