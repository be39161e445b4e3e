import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Access } from '../../access/access.js';
import { KeyLimits } from '../../access/key-limits.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { CallerAccess, Needs } from '../access/requirements.js';
import { BUSY_PAGES, ListResponses } from '../http/list-responses.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { LookedUpContactsDto, LookUpContactsRequest } from './contact-lookup.dto.js';
import { ContactLookupService, requestsOf } from './contact-lookup.service.js';
import { setSyncHeader } from './response-headers.js';

/** Lookups of many contacts. */
@Controller(sessionRoutes('contacts/lookup'))
@Needs('contacts:read')
export class ContactLookupController {
  constructor(
    private readonly contacts: ContactLookupService,
    private readonly limits: KeyLimits,
    private readonly answers: ListResponses,
  ) {}

  /** Look up 1 to 1,000 contacts by number, JID, LID, username or ID. */
  @Operation({
    id: 'lookUpContacts',
    body: examples.lookupRequest,
    answer: examples.lookup,
    headers: ['Contacts-Sync'],
    errors: [new NoAccountLinked(), ...BUSY_PAGES],
  })
  @ApiOkResponse({ type: LookedUpContactsDto })
  @Post()
  @HttpCode(200)
  async lookUp(
    @SessionParam() session: SessionName,
    @CallerAccess() access: Access,
    @Body() { contacts, fields }: LookUpContactsRequest,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (access.keyId !== null) this.limits.charge(access.keyId, requestsOf(contacts) - 1);
    await this.answers.page(request, response, null, async () => {
      const { synced, items } = await this.contacts.lookUp(session, contacts, fields);
      setSyncHeader(response, synced);
      return JSON.stringify({ items } satisfies LookedUpContactsDto);
    });
  }
}
