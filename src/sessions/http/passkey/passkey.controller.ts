import { Body, Controller, Delete, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { PasskeyOffer } from '../../link-offer.js';
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
@Controller('session/passkey')
export class PasskeyController {
  constructor(private readonly passkey: PasskeyService) {}

  /** JSON for programs and the extension; by `Accept: text/plain` one line for the developer tools of a browser. */
  @Get()
  @Header('Cache-Control', 'no-store')
  @Header('Vary', 'Accept, Origin')
  async get(@Req() request: Request, @Res() response: Response): Promise<void> {
    const offer = await this.passkey.get();
    if (request.headers.origin && !isAuthorised(request, offer)) throw new TokenRequired();
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
      link: extensionLink(`${request.protocol}://${request.host}`, token),
    };
    response.json(body);
  }

  @Post()
  @HttpCode(202)
  async submit(@Body() { token, assertion }: SubmitAssertionRequest): Promise<AcceptedDto> {
    await this.passkey.submit(token, assertion);
    return { accepted: true, message: 'WhatsApp has the assertion. /session says how it goes on.' };
  }

  /** Only after somebody has seen that the phone shows the same code as `GET /session`. */
  @Post('confirm')
  @HttpCode(202)
  async confirm(@Body() { token }: ConfirmPasskeyRequest): Promise<AcceptedDto> {
    await this.passkey.confirm(token);
    return {
      accepted: true,
      message: 'The phone is told to complete the link. /session says how it goes on.',
    };
  }

  /** Ends the ceremony; a new QR code follows. */
  @Delete()
  async cancel(): Promise<{ cancelled: true; message: string }> {
    await this.passkey.cancel();
    return {
      cancelled: true,
      message: 'The passkey ceremony has ended. A new QR code follows at /session/qr.',
    };
  }
}

function isAuthorised({ headers }: Request, { token }: PasskeyOffer): boolean {
  const [scheme, given = ''] = (headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() === 'bearer' && isSame(given, token);
}
