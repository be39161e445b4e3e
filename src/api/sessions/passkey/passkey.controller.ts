import { Body, Controller, Delete, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOkResponse } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import { KeyInvalid, KeyMissing } from '../../../access/access.errors.js';
import type { Access } from '../../../access/access.js';
import { pathPrefixOf, type SessionName } from '../../../kernel/identifiers/session-name.js';
import { CommandRefused } from '../../../sessions/command-refused.js';
import type { PasskeyOffer } from '../../../sessions/link-offer.js';
import { CallerAccess, Needs } from '../../access/requirements.js';
import { BasePath, basePathOf } from '../../http/base-path.js';
import { withBasePath, withPathPrefix } from '../../http/paths-in-text.js';
import { linkRoutes, SessionParam } from '../../http/session-param.js';
import * as examples from '../../openapi/examples.js';
import { Operation } from '../../openapi/operation.js';
import { SessionNotAnswering } from '../sessions-api.errors.js';
import {
  type AcceptedDto,
  type CancelledDto,
  ConfirmPasskeyRequest,
  PasskeyDto,
  SubmitAssertionRequest,
} from './passkey.dto.js';
import { InvalidAssertion, NoPasskey, TokenRequired, WrongToken } from './passkey.errors.js';
import { isSameToken, PasskeyService } from './passkey.service.js';
import { consoleSnippet, extensionLink } from './passkey-browser.js';

const SUBMITTED = 'WhatsApp has received the assertion. /session shows the progress.';
const CONFIRMED = 'The phone is notified to complete the link. /session shows the progress.';
const CANCELLED = 'The passkey request is canceled. A new QR code follows at /session/qr.';

const conflict = (code: CommandRefused['code'], message: string) =>
  new CommandRefused('conflict', code, message);
const CEREMONY_ERRORS = [
  new WrongToken(),
  conflict('no_passkey', 'No passkey request is active. /session shows the progress of linking.'),
  conflict('wrong_step', 'This token cannot be used in the step "waiting".'),
  new NoPasskey(),
  new SessionNotAnswering(),
];
const ASSERTION_REFUSED = conflict(
  'assertion_refused',
  'WhatsApp refused the assertion: error 400 (bad-request). Create another one with the same options, or start ' +
    'again with DELETE /session/passkey.',
);
const PASSKEY_ENDED = conflict(
  'passkey_ended',
  'The passkey request has ended: error 400 (bad-request). /session shows how to continue.',
);

/** Passkey requests, for operators and for browsers on web.whatsapp.com that have the token. */
@Controller(linkRoutes('passkey'))
@Needs('session:link', { orToken: true })
export class PasskeyController {
  constructor(private readonly passkey: PasskeyService) {}

  /**
   * Get the current passkey request: JSON for programs and the extension, or with `Accept: text/plain` a snippet for
   * the developer tools of a browser.
   */
  @Operation({
    id: 'getPasskey',
    answer: {
      byType: {
        'application/json': JSON.stringify(examples.passkey),
        'text/plain': 'await (async () => { … })()\n',
      },
    },
    errors: [new NoPasskey(), new TokenRequired()],
  })
  @ApiOkResponse({ type: PasskeyDto })
  @Get()
  @Header('Cache-Control', 'no-store')
  async get(
    @SessionParam() session: SessionName,
    @CallerAccess() access: Access | null,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    response.vary('Accept, Origin');
    const offer = await this.getOffer(session, access, request);
    if (request.accepts(['application/json', 'text/plain']) === 'text/plain') {
      response.type('text').send(`${consoleSnippet(offer)}\n`);
      return;
    }
    const { options, token, expiresAt, step } = offer;
    const body: PasskeyDto = {
      options: JSON.parse(options) as Record<string, unknown>,
      token,
      expires_at: expiresAt,
      step,
      link: extensionLink(addressOf(request), token),
    };
    response.json(body);
  }

  /** Submit the assertion that a browser has created. */
  @Operation({
    id: 'submitPasskey',
    body: examples.passkeySubmission,
    answer: { accepted: true, message: SUBMITTED },
    errors: [
      ...CEREMONY_ERRORS,
      new InvalidAssertion('id and rawId differ.'),
      ASSERTION_REFUSED,
      PASSKEY_ENDED,
    ],
  })
  @Post()
  @HttpCode(202)
  async submit(
    @SessionParam() session: SessionName,
    @CallerAccess() access: Access | null,
    @Body() { token, assertion }: SubmitAssertionRequest,
    @BasePath() basePath: string,
  ): Promise<AcceptedDto> {
    await this.passkey.submit({ session, token, access }, assertion);
    return { accepted: true, message: withPrefixes(SUBMITTED, basePath, session) };
  }

  /** Confirm the link. Only do this after a user has checked that the phone shows the same code as `GET /session`. */
  @Operation({
    id: 'confirmPasskey',
    body: examples.passkeyConfirmation,
    answer: { accepted: true, message: CONFIRMED },
    errors: CEREMONY_ERRORS,
  })
  @Post('confirm')
  @HttpCode(202)
  async confirm(
    @SessionParam() session: SessionName,
    @CallerAccess() access: Access | null,
    @Body() { token }: ConfirmPasskeyRequest,
    @BasePath() basePath: string,
  ): Promise<AcceptedDto> {
    await this.passkey.confirm({ session, token, access });
    return { accepted: true, message: withPrefixes(CONFIRMED, basePath, session) };
  }

  /** Cancel the passkey request. A new QR code follows. */
  @Operation({
    id: 'cancelPasskey',
    answer: { cancelled: true, message: CANCELLED },
    errors: CEREMONY_ERRORS,
  })
  @Delete()
  @Needs('session:link')
  async cancel(@SessionParam() session: SessionName, @BasePath() basePath: string): Promise<CancelledDto> {
    await this.passkey.cancel(session);
    return { cancelled: true, message: withPrefixes(CANCELLED, basePath, session) };
  }

  /** @throws KeyMissing, KeyInvalid, TokenRequired, NoPasskey */
  private async getOffer(
    session: SessionName,
    access: Access | null,
    request: Request,
  ): Promise<PasskeyOffer> {
    if (!access && !request.headers.authorization) throw new KeyMissing();
    const offer = await this.passkey.get(session).catch((error: unknown) => {
      // Callers without a key or token must not learn whether a passkey request is active.
      throw access ? error : new KeyInvalid();
    });
    const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ');
    const hasToken = scheme?.toLowerCase() === 'bearer' && isSameToken(token, offer.token);
    if (!access && !hasToken) throw new KeyInvalid();
    if (request.headers.origin && !hasToken) throw new TokenRequired();
    return offer;
  }
}

function withPrefixes(message: string, basePath: string, session: SessionName): string {
  return withBasePath(withPathPrefix(message, pathPrefixOf(session)), basePath);
}

/** Returns the address as the browser of the caller has requested it. */
function addressOf(request: Request): string {
  return `${request.protocol}://${request.host}${basePathOf(request)}${request.path}`;
}
