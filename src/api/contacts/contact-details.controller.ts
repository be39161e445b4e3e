import { Controller, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { Needs } from '../access/requirements.js';
import { pathPrefixOf, type SessionName } from '../../kernel/identifiers/session-name.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import { isHeld } from '../http/conditional.js';
import { setSyncHeader } from './response-headers.js';
import type { ContactDetailsDto, ContactKeysDto, RefreshRequestedDto } from './contact-details.dto.js';
import { toDetails, toKeys } from '../../contacts/payload/contact-payload.js';
import type { PersonRow } from '../../contacts/person.js';
import { ContactDetailsRepository } from '../../contacts/read/contact-details.repository.js';
import { ContactDetailsService, type Person } from './contact-details.service.js';
import { ContactPath } from './contact.dto.js';
import {
  NoAccountLinked,
  NoPicture,
  PersonNotFound,
  RefreshLimited,
} from '../../contacts/contacts.errors.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';

const UNKNOWN = [new PersonNotFound('491709999999'), new NoAccountLinked()];
const REQUESTED = 'The person is fetched next; updated_at tells when something changed.';

/** One person with all that is known of him. */
@Controller(sessionRoutes('contacts/:phone'))
@Needs('contacts:read')
export class ContactDetailsController {
  constructor(
    private readonly service: ContactDetailsService,
    private readonly details: ContactDetailsRepository,
  ) {}

  /** Show everything that is known of a person. */
  @Operation({
    id: 'getPerson',
    parameters: { phone: examples.PHONE },
    answer: examples.details,
    headers: ['Contacts-Sync'],
    errors: UNKNOWN,
  })
  @Get()
  async get(
    @SessionParam() session: SessionName,
    @Param() { phone }: ContactPath,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ContactDetailsDto> {
    const { person } = await this.find(session, phone, response);
    return toDetails(person, pathPrefixOf(session));
  }

  /** List the current and all earlier identity keys of a person. */
  @Operation({
    id: 'listIdentityKeys',
    parameters: { phone: examples.PHONE },
    answer: examples.keys,
    headers: ['Contacts-Sync'],
    errors: UNKNOWN,
  })
  @Get('keys')
  async listKeys(
    @SessionParam() session: SessionName,
    @Param() { phone }: ContactPath,
    @Res({ passthrough: true }) response: Response,
  ): Promise<ContactKeysDto> {
    const { accountId, person } = await this.find(session, phone, response);
    return toKeys(person, await this.details.listKeys(accountId, person.id));
  }

  /** Get the picture of a person; asked with the ETag of the one that the caller has, 304 without a body. */
  @Operation({
    id: 'getPicture',
    parameters: { phone: examples.PHONE },
    answer: { byType: { 'image/jpeg': null, 'image/png': null, 'image/webp': null } },
    headers: ['Contacts-Sync'],
    isConditional: true,
    errors: [
      ...UNKNOWN,
      new NoPicture('picture_none'),
      new NoPicture('picture_hidden'),
      new NoPicture('picture_not_fetched'),
      new NoPicture('picture_evicted'),
    ],
  })
  @Get('picture')
  async getPicture(
    @SessionParam() session: SessionName,
    @Param() { phone }: ContactPath,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const found = await this.find(session, phone, response);
    const etag = etagOf(found.person);
    response.setHeader('Cache-Control', 'private, no-cache');
    if (etag) response.setHeader('ETag', etag);
    if (etag && isHeld(request, etag)) return void response.status(304).end();
    const { bytes, contentType } = await this.service.getPicture(found);
    response.setHeader('Content-Type', contentType);
    response.end(bytes);
  }

  /** Fetch about text, picture and keys of a person as soon as the session can. */
  @Operation({
    id: 'refreshPerson',
    parameters: { phone: examples.PHONE },
    answer: { requested: true, message: REQUESTED },
    headers: ['Contacts-Sync'],
    errors: [...UNKNOWN, new RefreshLimited('This person was asked for less than a minute ago.', 42)],
  })
  @Post('refresh')
  @HttpCode(202)
  async refresh(
    @SessionParam() session: SessionName,
    @Param() { phone }: ContactPath,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RefreshRequestedDto> {
    await this.service.refresh(await this.find(session, phone, response));
    return {
      requested: true,
      message: REQUESTED,
    };
  }

  private find(session: SessionName, phone: string, response: Response): Promise<Person> {
    return this.service.get(session, phone, (synced) => setSyncHeader(response, synced));
  }
}

/** Of WhatsApp's id of the picture and the size, since preview and full picture share the id; null without bytes. */
function etagOf({ picture_id: id, picture_bytes: bytes }: PersonRow): string | null {
  return bytes === null ? null : `"${encodeURIComponent(id ?? '')}-${bytes}"`;
}
