import { Body, Controller, Delete, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import { type Access, CallerAccess, Needs } from '../../../access/access.js';
import { KeyInvalid, KeyMissing } from '../../../access/access.errors.js';
import type { PasskeyOffer } from '../../link-offer.js';
import { withPathPrefix } from '../../../errors/paths-in-text.js';
import { pathPrefixOf, type SessionName } from '../../session-name.js';
import { linkRoutes, SessionParam } from '../../session-param.js';
import { consoleLine, extensionLink } from './passkey-browser.js';
import {
  type AcceptedDto,
  ConfirmPasskeyRequest,
  type PasskeyDto,
  SubmitAssertionRequest,
} from './passkey.dto.js';
import { TokenRequired } from './passkey.errors.js';
import { isSame, PasskeyService } from './passkey.service.js';

/** The passkey ceremony: for the operator, and for a browser on web.whatsapp.com that was given the token. */
@Controller(linkRoutes('passkey'))
@Needs('session:link', { orToken: true })
export class PasskeyController {
  constructor(private readonly passkey: PasskeyService) {}

  /** JSON for programs and the extension; by `Accept: text/plain` one line for the developer tools of a browser. */
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

  @Post()
  @HttpCode(202)
  async submit(
    @SessionParam() session: SessionName,
    @Body() { token, assertion }: SubmitAssertionRequest,
  ): Promise<AcceptedDto> {
    await this.passkey.submit(session, token, assertion);
    return accepted(session, 'WhatsApp has the assertion. /session says how it goes on.');
  }

  /** Only after somebody has seen that the phone shows the same code as `GET /session`. */
  @Post('confirm')
  @HttpCode(202)
  async confirm(
    @SessionParam() session: SessionName,
    @Body() { token }: ConfirmPasskeyRequest,
  ): Promise<AcceptedDto> {
    await this.passkey.confirm(session, token);
    return accepted(session, 'The phone is told to complete the link. /session says how it goes on.');
  }

  /** Ends the ceremony; a new QR code follows. */
  @Delete()
  @Needs('session:link')
  async cancel(@SessionParam() session: SessionName): Promise<{ cancelled: true; message: string }> {
    await this.passkey.cancel(session);
    const message = 'The passkey ceremony has ended. A new QR code follows at /session/qr.';
    return { cancelled: true, message: withPathPrefix(message, pathPrefixOf(session)) };
  }
}

function accepted(session: SessionName, message: string): AcceptedDto {
  return { accepted: true, message: withPathPrefix(message, pathPrefixOf(session)) };
}

function isAuthorised({ headers }: Request, { token }: PasskeyOffer): boolean {
  const [scheme, given = ''] = (headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && isSame(given, token);
}
