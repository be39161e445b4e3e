import { Body, Controller, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import qrcode from 'qrcode';
import { Needs } from '../access/requirements.js';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { linkRoutes, SessionParam } from '../http/session-param.js';
import { type PairingCodeDto, PairingCodeRequest } from './session-status.dto.js';
import { SessionStatusService } from './session-status.service.js';
import { TooManyRequests } from '../../access/access.errors.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import { NoPairingCode, NoQr, QrTypeNotAcceptable, SessionNotAnswering } from './sessions-api.errors.js';

const PAIRING_CODE = { code: 'ABCD2345', expires_at: examples.TIME };
const CODE_ERRORS = [
  new TooManyRequests(
    'pairing_limited',
    '3 pairing codes were asked for within 10 minutes (PAIRING_CODES_PER_10_MINUTES). The QR code at /session/qr can be scanned at any time.',
    600,
  ),
  new CommandRefused(
    'conflict',
    'account_linked',
    'An account is linked already. Unlink it first: DELETE /session.',
  ),
  new CommandRefused(
    'invalid',
    'pairing_refused',
    'WhatsApp refused the pairing code with error 400 (bad-request). …',
  ),
  new CommandRefused(
    'conflict',
    'pairing_refused',
    'WhatsApp refused the pairing code with error 404 (item-not-found). Check that the number has WhatsApp, or scan the QR code at /session/qr.',
  ),
  new CommandRefused(
    'limited',
    'whatsapp_limited',
    'WhatsApp refused the pairing code with error 429 (rate-overlimit): too many codes were asked for. Wait for an hour, or scan the QR code at /session/qr.',
  ),
  new CommandRefused(
    'unavailable',
    'whatsapp_not_answering',
    'WhatsApp did not answer the request for a pairing code: timed out. Try again shortly.',
  ),
  new CommandRefused(
    'unavailable',
    'whatsapp_not_ready',
    'WhatsApp is not ready to link. /session says why; try again when it shows a QR code.',
  ),
  new SessionNotAnswering(),
];

/** Linking an account by QR code or pairing code. */
@Controller(linkRoutes())
@Needs('session:link')
export class LinkController {
  constructor(private readonly session: SessionStatusService) {}

  /** Show the QR code to scan: PNG, or by `Accept` SVG (`image/svg+xml`) or the code's text (`text/plain`). */
  @Operation({
    id: 'getQr',
    answer: {
      byType: {
        'image/png': null,
        'image/svg+xml': '<svg/>',
        'text/plain': 'https://wa.me/settings/linked_devices#2@abc',
      },
    },
    errors: [new NoQr('an account is linked.'), new QrTypeNotAcceptable()],
  })
  @Get('qr')
  async getQr(
    @SessionParam() session: SessionName,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const qr = await this.session.getQr(session);
    response.setHeader('Cache-Control', 'no-store');
    switch (request.accepts(['image/png', 'image/svg+xml', 'text/plain'])) {
      case 'image/png':
        response.type('png').send(await qrcode.toBuffer(qr, { width: 400 }));
        return;
      case 'image/svg+xml':
        response.type('svg').send(await qrcode.toString(qr, { type: 'svg' }));
        return;
      case 'text/plain':
        response.type('text').send(qr);
        return;
      default:
        throw new QrTypeNotAcceptable();
    }
  }

  /** Ask for a pairing code to enter on the phone. The answer comes when WhatsApp has accepted it. */
  @Operation({
    id: 'requestPairingCode',
    body: { phone: examples.PHONE },
    answer: PAIRING_CODE,
    errors: CODE_ERRORS,
  })
  @Post('pairing-code')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  requestPairingCode(
    @SessionParam() session: SessionName,
    @Body() { phone }: PairingCodeRequest,
  ): Promise<PairingCodeDto> {
    return this.session.requestPairingCode(session, phone);
  }

  /** Show the code that waits to be entered; WhatsApp may have asked for another one than was asked for. */
  @Operation({ id: 'getPairingCode', answer: PAIRING_CODE, errors: [new NoPairingCode()] })
  @Get('pairing-code')
  @Header('Cache-Control', 'no-store')
  getPairingCode(@SessionParam() session: SessionName): Promise<PairingCodeDto> {
    return this.session.getPairingCode(session);
  }
}
