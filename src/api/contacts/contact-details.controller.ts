import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { selectFields } from '../../contacts/contact-fields.js';
import { CONTACT_ID } from '../../contacts/contact-id.js';
import type { ContactRow } from '../../contacts/contact-row.js';
import {
  ContactMerged,
  ContactNotFound,
  FetchesOff,
  NoPicture,
  RefreshLimited,
} from '../../contacts/contacts.errors.js';
import { toDetails, toKeys } from '../../contacts/payload/contact-payload.js';
import { pathPrefixOf, type SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { Needs } from '../access/requirements.js';
import { BasePath } from '../http/base-path.js';
import { isNotModified, sendConditionalJson } from '../http/conditional.js';
import { SessionParam, sessionRoutes } from '../http/session-param.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { ContactPath } from './contact.dto.js';
import { ContactDetailsDto, type ContactKeysDto, type RefreshRequestedDto } from './contact-details.dto.js';
import { type AccountContact, ContactDetailsService } from './contact-details.service.js';
import { FieldsQuery } from './fields-query.dto.js';
import { relativeLocation } from './relative-location.js';
import { setSyncHeader } from './response-headers.js';

const MERGED_ID = 'c5f0c9b1d2e3a-1937';
const UNKNOWN = [
  new ContactMerged(MERGED_ID, examples.ID, examples.ID),
  new ContactNotFound('491709999999'),
  new NoAccountLinked(),
];
const REQUESTED: RefreshRequestedDto = {
  requested: true,
  message: 'The contact is fetched next. If anything has changed, updated_at changes.',
};

/** All data of one contact. */
@Controller(sessionRoutes('contacts/:phone'))
@Needs('contacts:read')
export class ContactDetailsController {
  constructor(private readonly contacts: ContactDetailsService) {}

  /** Get all data of a contact. */
  @Operation({
    id: 'getPerson',
    parameters: { phone: examples.PHONE },
    answer: examples.details,
    headers: ['Contacts-Sync'],
    isConditional: true,
    errors: UNKNOWN,
  })
  @ApiOkResponse({ type: ContactDetailsDto })
  @Get()
  async get(
    @SessionParam() session: SessionName,
    @Param() { phone }: ContactPath,
    @Query() { fields }: FieldsQuery,
    @BasePath() basePath: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { person } = await this.find(session, phone, response);
    const contact: ContactDetailsDto = toDetails(person, `${basePath}${pathPrefixOf(session)}`);
    sendConditionalJson(request, response, selectFields(contact, fields));
  }

  /** List the current identity key of a contact and all earlier ones. */
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
    const found = await this.find(session, phone, response);
    return toKeys(found.person, await this.contacts.listKeys(found));
  }

  /** Download the profile picture of a contact. With a matching `If-None-Match`, the response is 304 without a body. */
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
    if (etag && isNotModified(request, etag)) return void response.status(304).end();
    const { bytes, contentType } = await this.contacts.getPicture(found);
    response.setHeader('Content-Type', contentType);
    response.end(bytes);
  }

  /** Fetch about, picture and identity key of a contact from WhatsApp as soon as possible. */
  @Operation({
    id: 'refreshPerson',
    parameters: { phone: examples.PHONE },
    answer: REQUESTED,
    headers: ['Contacts-Sync'],
    errors: [...UNKNOWN, new FetchesOff(), new RefreshLimited('contact', 42)],
  })
  @Post('refresh')
  @HttpCode(202)
  async refresh(
    @SessionParam() session: SessionName,
    @Param() { phone }: ContactPath,
    @Res({ passthrough: true }) response: Response,
  ): Promise<RefreshRequestedDto> {
    await this.contacts.refresh(session, await this.find(session, phone, response));
    return REQUESTED;
  }

  /** @throws ContactMerged if the ID of a merged contact is requested, so that callers store the current one */
  private async find(session: SessionName, phone: string, response: Response): Promise<AccountContact> {
    const found = await this.contacts.get(session, phone, (synced) => setSyncHeader(response, synced));
    const { id } = found.person;
    if (CONTACT_ID.test(phone) && phone !== id)
      throw new ContactMerged(phone, id, relativeLocation(response.req.originalUrl, phone, id));
    return found;
  }
}

/** Combines the picture's ID and size, because preview and full picture have the same ID. Null without bytes. */
function etagOf({ picture_id: id, picture_bytes: bytes }: ContactRow): string | null {
  return bytes === null ? null : `"${encodeURIComponent(id ?? '')}-${bytes}"`;
}
