import { beforeEach, describe, expect, it } from '@jest/globals';
import type { SessionName } from '../../kernel/identifiers/session-name.js';
import { Reconnects } from './reconnects.js';

const [SALES, SUPPORT] = ['sales', 'support'] as SessionName[] as [SessionName, SessionName];
const MINUTE_MS = 60_000;

describe('Reconnects', () => {
  let nowMs: number;
  let reconnects: Reconnects;

  beforeEach(() => {
    nowMs = 0;
    reconnects = new Reconnects(() => nowMs);
  });

  const endAfter = (session: SessionName, openMs: number) => {
    reconnects.opened(session);
    nowMs += openMs;
    reconnects.ended(session);
  };

  it('counts connections in a row that could not be opened', () => {
    for (let i = 0; i < 3; i += 1) reconnects.ended(SALES);
    expect(reconnects.worst(20)).toEqual([{ session: SALES, ended: 3 }]);
  });

  it('counts connections that end soon after they were opened, each session separately', () => {
    for (let i = 0; i < 11; i += 1) endAfter(SALES, MINUTE_MS);
    endAfter(SUPPORT, MINUTE_MS);
    expect(reconnects.worst(20)).toEqual([
      { session: SALES, ended: 11 },
      { session: SUPPORT, ended: 1 },
    ]);
    expect(reconnects.worst(1)).toEqual([{ session: SALES, ended: 11 }]);
  });

  it('starts again at one after a connection that was open for five minutes', () => {
    for (let i = 0; i < 11; i += 1) endAfter(SALES, MINUTE_MS);
    endAfter(SALES, 5 * MINUTE_MS);
    expect(reconnects.worst(20)).toEqual([{ session: SALES, ended: 1 }]);
  });

  it('reports a session until its connection has been open for five minutes', () => {
    for (let i = 0; i < 11; i += 1) reconnects.ended(SALES);
    reconnects.opened(SALES);
    nowMs += 4 * MINUTE_MS;
    expect(reconnects.worst(20)).toEqual([{ session: SALES, ended: 11 }]);
    nowMs += MINUTE_MS;
    expect(reconnects.worst(20)).toEqual([]);
  });

  it('forgets a session that this process no longer runs', () => {
    reconnects.ended(SALES);
    reconnects.forget(SALES);
    expect(reconnects.worst(20)).toEqual([]);
  });
});
