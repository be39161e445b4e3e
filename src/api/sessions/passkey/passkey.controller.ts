import { Body, Controller, Delete, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { Access } from '../../../access/access.js';
import { CallerAccess, Needs } from '../../access/requirements.js';
import { KeyInvalid, KeyMissing } from '../../../access/access.errors.js';
import type { PasskeyOffer } from '../../../sessions/link-offer.js';
import { withPathPrefix } from '../../http/paths-in-text.js';
import { pathPrefixOf, type SessionName } from '../../../kernel/identifiers/session-name.js';
import { linkRoutes, SessionParam } from '../../http/session-param.js';
import { consoleLine, extensionLink } from './passkey-browser.js';
import {
  type AcceptedDto,
  type CancelledDto,
  ConfirmPasskeyRequest,
  PasskeyDto,
  SubmitAssertionRequest,
} from './passkey.dto.js';
import { NoPasskey, TokenRequired, WrongToken } from './passkey.errors.js';
import { isSame, PasskeyService } from './passkey.service.js';
import * as examples from '../../openapi/examples.js';
import { Operation } from '../../openapi/operation.js';
import { CommandRefused } from '../../../sessions/command-refused.js';
import { SessionNotAnswering } from '../sessions-api.errors.js';
import { InvalidAssertion } from './passkey-assertion.js';
import { ApiOkResponse } from '@nestjs/swagger';

const SUBMITTED = 'WhatsApp has the assertion. /session says how it goes on.';
const CONFIRMED = 'The phone is told to complete the link. /session says how it goes on.';
const CANCELLED = 'The passkey ceremony has ended. A new QR code follows at /session/qr.';
const CEREMONY_ERRORS = [
  new WrongToken(),
  new CommandRefused(
    'conflict',
    'no_passkey',
    'No passkey ceremony is under way. /session says how far linking is.',
  ),
  new CommandRefused(
    'conflict',
    'wrong_step',
    'This token cannot be used for that (again): the ceremony is at the step "waiting".',
  ),
  new NoPasskey('nobody is linking.'),
  new SessionNotAnswering(),
];

/** The passkey ceremony: for the operator, and for a browser on web.whatsapp.com that was given the token. */
@Controller(linkRoutes('passkey'))
@Needs('session:link', { orToken: true })
export class PasskeyController {
  constructor(private readonly passkey: PasskeyService) {}

  /** Show the passkey ceremony: JSON for programs and the extension; by `Accept: text/plain` one line for the developer tools of a browser. */
  @Operation({
    id: 'getPasskey',
    answer: {
      byType: {
        'application/json': JSON.stringify(examples.passkey),
        'text/plain': 'await (async () => { … })()\n',
      },
    },
    errors: [new NoPasskey('nobody is linking.'), new TokenRequired()],
  })
  @ApiOkResponse({ type: PasskeyDto })
  @Get()
  @Header('Cache-Control', 'no-store')
  @Header('Vary', 'Accept, Origin')
  async get(
    @SessionParam() session: SessionName,
    @CallerAccess() access: Access | null,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    if (!access && !request.headers.authorization) throw new KeyMissing();
    const offer = await this.passkey.get(session).catch((error: unknown) => {
      // Whoever shows neither key nor token does not learn whether there is a ceremony.
      throw access ? error : new KeyInvalid();
    });
    const hasToken = isAuthorised(request, offer);
    if (!access && !hasToken) throw new KeyInvalid();
    if (request.headers.origin && !hasToken) throw new TokenRequired();
    if (request.accepts(['application/json', 'text/plain']) === 'text/plain') {
      response.type('text').send(`${consoleLine(offer)}\n`);
      return;
    }
    const { options, token, expiresAt, step } = offer;
    const body: PasskeyDto = {
      options: JSON.parse(options) as Record<string, unknown>,
      token,
      expires_at: expiresAt,
      step,
      link: extensionLink(`${request.protocol}://${request.host}${request.path}`, token),
    };
    response.json(body);
  }

  /** Bring the assertion that a browser has made. */
  @Operation({
    id: 'submitPasskey',
    body: examples.passkeySubmission,
    answer: { accepted: true, message: SUBMITTED },
    errors: [
      ...CEREMONY_ERRORS,
      new InvalidAssertion('id and rawId differ.'),
      new CommandRefused(
        'conflict',
        'assertion_refused',
        'WhatsApp did not take the assertion: error 400 (bad-request). Make another one with the same options, or begin anew: DELETE /session/passkey.',
      ),
      new CommandRefused(
        'conflict',
        'passkey_ended',
        'The passkey ceremony has ended: error 400 (bad-request). /session says how to go on.',
      ),
    ],
  })
  @Post()
  @HttpCode(202)
  async submit(
    @SessionParam() session: SessionName,
    @Body() { token, assertion }: SubmitAssertionRequest,
  ): Promise<AcceptedDto> {
    await this.passkey.submit(session, token, assertion);
    return accepted(session, SUBMITTED);
  }

  /** Confirm the link, only after somebody has seen that the phone shows the same code as `GET /session`. */
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
    @Body() { token }: ConfirmPasskeyRequest,
  ): Promise<AcceptedDto> {
    await this.passkey.confirm(session, token);
    return accepted(session, CONFIRMED);
  }

  /** End the ceremony; a new QR code follows. */
  @Operation({
    id: 'cancelPasskey',
    answer: { cancelled: true, message: CANCELLED },
    errors: [new NoPasskey('nobody is linking.'), ...CEREMONY_ERRORS],
  })
  @Delete()
  @Needs('session:link')
  async cancel(@SessionParam() session: SessionName): Promise<CancelledDto> {
    await this.passkey.cancel(session);
    return { cancelled: true, message: withPathPrefix(CANCELLED, pathPrefixOf(session)) };
  }
}

function accepted(session: SessionName, message: string): AcceptedDto {
  return { accepted: true, message: withPathPrefix(message, pathPrefixOf(session)) };
}

function isAuthorised({ headers }: Request, { token }: PasskeyOffer): boolean {
  const [scheme, given = ''] = (headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && isSame(given, token);
}
