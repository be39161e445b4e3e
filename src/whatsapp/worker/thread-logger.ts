import { workerData } from 'node:worker_threads';
import { Logger } from '@nestjs/common';
import { guardOutput } from '../../kernel/logging/guard-output.js';
import { createLogger } from '../../kernel/logging/logger.js';
import type { SessionWorkerData } from './worker-protocol.js';

const { config, isTerminal } = workerData as SessionWorkerData;

/** The logger of the session thread. Import this file before all others: it guards the output of what they load. */
export const logger = createLogger(config, isTerminal);
Logger.overrideLogger(logger);
guardOutput();
