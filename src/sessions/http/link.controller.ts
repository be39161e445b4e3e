import {
  Body,
  Controller,
  Get,
  Header,
  HttpCode,
  NotAcceptableException,
  Post,
  Req,
  Res,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import qrcode from 'qrcode';
import { Needs } from '../../access/access.js';
import type { SessionName } from '../session-name.js';
import { linkRoutes, SessionParam } from '../session-param.js';
import { type PairingCodeDto, PairingCodeRequest } from './session.dto.js';
import { SessionService } from './session.service.js';

/** Linking an account by QR code or pairing code. */
@Controller(linkRoutes())
@Needs('session:link')
export class LinkController {
  constructor(private readonly session: SessionService) {}

  /** The QR to scan: PNG, or by `Accept` SVG (`image/svg+xml`) or the code's text (`text/plain`). */
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
        throw new NotAcceptableException('Accept must allow image/png, image/svg+xml or text/plain.');
    }
  }

  /** For linking without a camera: the code is entered on the phone. The answer comes when WhatsApp has accepted it. */
  @Post('pairing-code')
  @HttpCode(200)
  @Header('Cache-Control', 'no-store')
  requestPairingCode(
    @SessionParam() session: SessionName,
    @Body() { phone }: PairingCodeRequest,
  ): Promise<PairingCodeDto> {
    return this.session.requestPairingCode(session, phone);
  }

  /** The code that waits to be entered; WhatsApp may have asked for another one than was asked for. */
  @Get('pairing-code')
  @Header('Cache-Control', 'no-store')
  getPairingCode(@SessionParam() session: SessionName): Promise<PairingCodeDto> {
    return this.session.getPairingCode(session);
  }
}
