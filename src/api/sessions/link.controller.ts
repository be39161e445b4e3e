import { Body, Controller, Get, Header, HttpCode, Post, Req, Res } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { CommandRefused } from '../../sessions/command-refused.js';
import { Needs } from '../access/requirements.js';
import { linkRoutes, SessionParam } from '../http/session-param.js';
import * as examples from '../openapi/examples.js';
import { Operation } from '../openapi/operation.js';
import { type PairingCodeDto, PairingCodeRequest } from './link.dto.js';
import { LinkService } from './link.service.js';
import { pairingLimited } from './pairing-limit.js';
import { NoPairingCode, NoQr, QrTypeNotAcceptable, SessionNotAnswering } from './sessions-api.errors.js';

const PAIRING_CODE = { code: 'ABCD2345', expires_at: examples.TIME };
const CODE_ERRORS = [
  pairingLimited(3, 600),
  new CommandRefused(
    'conflict',
    'account_linked',
    'An account is already linked. Unlink it first: DELETE /session.',
  ),
  new CommandRefused(
    'invalid',
    'pairing_refused',
    'WhatsApp refused the pairing code with error 400 (bad-request). …',
  ),
  new CommandRefused(
    'conflict',
    'pairing_refused',
    'WhatsApp refused the pairing code with error 404 (item-not-found). Check that the number has WhatsApp, or scan ' +
      'the QR code at /session/qr.',
  ),
  new CommandRefused(
    'limited',
    'whatsapp_limited',
    'WhatsApp refused the pairing code with error 429 (rate-overlimit): too many codes were requested. Wait for an ' +
      'hour, or scan the QR code at /session/qr.',
  ),
  new CommandRefused(
    'unavailable',
    'whatsapp_not_answering',
    'WhatsApp did not respond to the request for a pairing code: timed out. Try again in a few seconds.',
  ),
  new CommandRefused(
    'unavailable',
    'whatsapp_not_ready',
    'WhatsApp is not ready to link. /session shows the reason; try again when it shows a QR code.',
  ),
  new SessionNotAnswering(),
];

/** Links an account by QR code or pairing code. */
@Controller(linkRoutes())
@Needs('session:link')
export class LinkController {
  constructor(private readonly link: LinkService) {}

  /** Get the current QR code as PNG, or with `Accept` as SVG (`image/svg+xml`) or text (`text/plain`). */
  @Operation({
    id: 'getQr',
    answer: {
      byType: {
        'image/png': null,
        'image/svg+xml': '<svg/>',
        'text/plain': 'https://wa.me/settings/linked_devices#2@abc',
      },
    },
    errors: [new NoQr('An account is already linked.'), new QrTypeNotAcceptable()],
  })
  @Get('qr')
  async getQr(
    @SessionParam() session: SessionName,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const qr = await this.link.getQr(session);
    const { default: qrcode } = await import('qrcode');
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

  /** Request a pairing code to enter on the phone. The response arrives when WhatsApp has accepted the request. */
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
    return this.link.requestPairingCode(session, phone);
  }

  /** Get the current pairing code. WhatsApp can replace the requested code. */
  @Operation({ id: 'getPairingCode', answer: PAIRING_CODE, errors: [new NoPairingCode()] })
  @Get('pairing-code')
  @Header('Cache-Control', 'no-store')
  getPairingCode(@SessionParam() session: SessionName): Promise<PairingCodeDto> {
    return this.link.getPairingCode(session);
  }
}
