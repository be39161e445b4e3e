import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { ContactExportRepository } from '../../contacts/read/contact-export.repository.js';
import { ContactListRepository } from '../../contacts/read/contact-list.repository.js';
import { DEFAULT_SESSION, pathPrefixOf, type SessionName } from '../../kernel/identifiers/session-name.js';
import { NoAccountLinked } from '../../sessions/sessions.errors.js';
import { type SessionAccount, SessionsRepository } from '../../sessions/sessions.repository.js';
import { Needs } from '../access/requirements.js';
import { basePathOf } from '../http/base-path.js';
import { BUSY_STREAMS, ListResponses } from '../http/list-responses.js';
import { SessionParam } from '../http/session-param.js';
import { Operation } from '../openapi/operation.js';
import { CsvQuery, VcardQuery } from './contact-export.dto.js';
import { type ContactExport, csvExport, vcardExport, XLSX_EXPORT } from './contact-exports.js';
import { ContactFilter, NdjsonQuery, toPeopleFilter } from './contact-list.dto.js';
import { CSV_EXAMPLE, FILTER_EXAMPLES, NDJSON_EXAMPLE, VCARD_EXAMPLE } from './export-examples.js';
import { CHANGES_HEADER, setSyncHeader, versionOf } from './response-headers.js';
import { acceptedVersion, VcardVersionNotAcceptable } from './vcard-version.js';

const NDJSON_TYPE = 'application/x-ndjson';

/** Which contacts an export contains. */
interface ExportSource {
  session: SessionName;
  account: SessionAccount;
  query: ContactFilter;
  photo: boolean;
}

/** The address book as a file for other programs. */
@Controller(['', 'sessions/:session'])
@Needs('contacts:export')
export class ContactExportController {
  constructor(
    private readonly contacts: ContactExportRepository,
    private readonly lists: ContactListRepository,
    private readonly sessions: SessionsRepository,
    private readonly answers: ListResponses,
  ) {}

  /** Export the address book as vCards, for phones and address books. */
  @Operation({
    id: 'exportVcards',
    parameters: { photo: true, version: '4.0', ...FILTER_EXAMPLES },
    answer: { byType: { 'text/vcard': VCARD_EXAMPLE } },
    headers: ['Contacts-Sync', 'Content-Disposition'],
    errors: [new VcardVersionNotAcceptable(), new NoAccountLinked(), ...BUSY_STREAMS],
  })
  @Get('contacts.vcf')
  async exportVcards(
    @SessionParam() session: SessionName,
    @Query() query: VcardQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const version = query.version ?? acceptedVersion(request);
    const account = await this.sessions.getAccount(session);
    const source = { session, account, query, photo: query.photo };
    await this.export(vcardExport(version), source, request, response);
  }

  /** Export the address book as CSV (RFC 4180). */
  @Operation({
    id: 'exportCsv',
    parameters: { separator: ',', bom: false, ...FILTER_EXAMPLES },
    answer: { byType: { 'text/csv': CSV_EXAMPLE } },
    headers: ['Contacts-Sync', 'Content-Disposition'],
    errors: [new NoAccountLinked(), ...BUSY_STREAMS],
  })
  @Get('contacts.csv')
  async exportCsv(
    @SessionParam() session: SessionName,
    @Query() query: CsvQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { format = null, separator, bom = format === 'excel' } = query;
    const account = await this.sessions.getAccount(session);
    const file = csvExport({ format, separator, bom });
    await this.export(file, { session, account, query, photo: false }, request, response);
  }

  /** Export the address book as an Excel workbook (XLSX). */
  @Operation({
    id: 'exportXlsx',
    parameters: FILTER_EXAMPLES,
    answer: { byType: { [XLSX_EXPORT.contentType]: null } },
    headers: ['Contacts-Sync', 'Content-Disposition'],
    errors: [new NoAccountLinked(), ...BUSY_STREAMS],
  })
  @Get('contacts.xlsx')
  async exportXlsx(
    @SessionParam() session: SessionName,
    @Query() query: ContactFilter,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const account = await this.sessions.getAccount(session);
    await this.export(XLSX_EXPORT, { session, account, query, photo: false }, request, response);
  }

  /** Export the address book as NDJSON: one contact per line, as `GET /contacts` returns it. */
  @Operation({
    id: 'exportNdjson',
    parameters: FILTER_EXAMPLES,
    answer: { byType: { [NDJSON_TYPE]: NDJSON_EXAMPLE } },
    headers: ['Contacts-Sync', 'Changes-Next', 'Content-Disposition'],
    isConditional: true,
    errors: [new NoAccountLinked(), ...BUSY_STREAMS],
  })
  @Get('contacts.ndjson')
  async exportNdjson(
    @SessionParam() session: SessionName,
    @Query() query: NdjsonQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { fields } = query;
    const account = await this.sessions.getAccount(session);
    setSyncHeader(response, account.syncedAt !== null);
    response.setHeader(CHANGES_HEADER, account.feedLatest);
    const version = versionOf(account, await this.lists.findLastExpiry(account.id, fields));
    const list = { contentType: NDJSON_TYPE, headers: attachment(session, 'ndjson'), version };
    await this.answers.stream(request, response, list, async () => {
      const form = { pathPrefix: `${basePathOf(request)}${pathPrefixOf(session)}`, fields };
      const { changesNext, lines } = await this.lists.stream(account.id, {
        ...toPeopleFilter(query),
        ...form,
      });
      response.setHeader(CHANGES_HEADER, changesNext);
      return lines;
    });
  }

  private async export(
    { contentType, extension, isCompressed, vary, write }: ContactExport,
    { session, account, query, photo }: ExportSource,
    request: Request,
    response: Response,
  ): Promise<void> {
    setSyncHeader(response, account.syncedAt !== null);
    const headers = attachment(session, extension);
    // Without a version: abouts expire without a change of the account's revision.
    const list = { contentType, headers, version: null, isCompressed, vary };
    await this.answers.stream(request, response, list, async () =>
      write(await this.contacts.stream(account.id, { photo, ...toPeopleFilter(query) })),
    );
  }
}

function attachment(session: SessionName, extension: string): Record<string, string> {
  const name = session === DEFAULT_SESSION ? 'contacts' : `contacts-${session}`;
  return { 'Content-Disposition': `attachment; filename=${name}.${extension}` };
}
