import { Module } from '@nestjs/common';
import { HealthController } from './health.controller.js';
import { Stopping } from './stopping.js';

@Module({ controllers: [HealthController], providers: [Stopping], exports: [Stopping] })
export class HealthModule {}
