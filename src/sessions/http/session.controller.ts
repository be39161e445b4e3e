import {
  Body,
  Controller,
  Delete,
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
import { type PairingCodeDto, PairingCodeRequest, type SessionDto, type UnlinkedDto } from './session.dto.js';
import { SessionService } from './session.service.js';

/** Status of the WhatsApp session, and linking. */
@Controller('session')
export class SessionController {
  constructor(private readonly session: SessionService) {}

  @Get()
  describe(): Promise<SessionDto> {
    return this.session.describe();
  }

  /** The QR to scan: PNG, or by `Accept` SVG (`image/svg+xml`) or the code's text (`text/plain`). */
  @Get('qr')
  async getQr(@Req() request: Request, @Res() response: Response): Promise<void> {
    const qr = await this.session.getQr();
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
  requestPairingCode(@Body() { phone }: PairingCodeRequest): Promise<PairingCodeDto> {
    return this.session.requestPairingCode(phone);
  }

  /** The code that waits to be entered; WhatsApp may have asked for another one than was asked for. */
  @Get('pairing-code')
  @Header('Cache-Control', 'no-store')
  getPairingCode(): Promise<PairingCodeDto> {
    return this.session.getPairingCode();
  }

  /** Unlinks the account. Its contacts stay and are served until another account is linked. */
  @Delete()
  async unlink(): Promise<UnlinkedDto> {
    return { unlinked: true, message: await this.session.unlink() };
  }
}
