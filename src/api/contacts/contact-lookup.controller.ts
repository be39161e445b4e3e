import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { ScopeMissing } from '../../access/access.errors.js';
import type { Access } from '../../access/access.js';
import { rateLimitHeaders } from '../../access/key-budget.js';
import { KeyLimits } from '../../access/key-limits.js';
import { pathPrefixOf, type SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { CallerAccess, callerOf, Needs } from '../access/requirements.js';
import { basePathOf } from '../http/base-path.js';
import { BUSY_PAGES, ListResponses } from '../http/list-responses.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { LookedUpContactsDto, LookUpContactsRequest } from './contact-lookup.dto.js';
import { ContactLookupService, requestsOf } from './contact-lookup.service.js';
import { NumberChecksService } from './number-checks.service.js';
import { setSyncHeader } from './response-headers.js';

/** Lookups of many contacts. */
@Controller(sessionRoutes('contacts/lookup'))
@Needs('contacts:read')
export class ContactLookupController {
  constructor(
    private readonly contacts: ContactLookupService,
    private readonly limits: KeyLimits,
    private readonly answers: ListResponses,
    private readonly checks: NumberChecksService,
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
    @Body() { contacts, fields, check = false }: LookUpContactsRequest,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (check && !access.has('contacts:check')) throw new ScopeMissing('contacts:check');
    const budget = access.keyId === null ? null : this.limits.charge(access.keyId, requestsOf(contacts) - 1);
    if (budget) response.set(rateLimitHeaders(budget));
    const form = { pathPrefix: `${basePathOf(request)}${pathPrefixOf(session)}`, fields };
    const lookUp = () => this.contacts.lookUp(session, contacts, form);
    // Checks take seconds, so they run before the lookup takes a slot of the pages.
    const checked = check
      ? await this.checks.check({ session, caller: callerOf(request), gone: closeOf(response) }, lookUp)
      : null;
    await this.answers.page(request, response, null, async () => {
      const { synced, items } = checked ?? (await lookUp());
      setSyncHeader(response, synced);
      return JSON.stringify({ items, checks: checked?.checks } satisfies LookedUpContactsDto);
    });
  }
}

/** Returns a signal that is aborted when the response is complete, or when the caller has disconnected. */
function closeOf(response: Response): AbortSignal {
  if (response.closed) return AbortSignal.abort();
  const closed = new AbortController();
  response.once('close', () => closed.abort());
  return closed.signal;
}
