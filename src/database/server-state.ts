import type { EventEmitter } from 'node:events';

/** Values of target_session_attrs. */
export type ServerRole = 'any' | 'read-write' | 'read-only' | 'primary' | 'standby' | 'prefer-standby';

/** Parameters that a server reports at the start of a connection, and when they change. */
export interface ServerState {
  isStandby: boolean;
  /** Whether transactions are read-only by default, as set for the server, the database or the user. */
  isReadOnly: boolean;
}

/** Returns the state of the server of a connection of pg. It is updated until the connection ends. */
export function watchServerState(connection: EventEmitter, changed: () => void = () => {}): ServerState {
  const state: ServerState = { isStandby: false, isReadOnly: false };
  connection.on('parameterStatus', (parameter: { parameterName: string; parameterValue: string }) => {
    const isOn = parameter.parameterValue === 'on';
    if (parameter.parameterName === 'in_hot_standby') state.isStandby = isOn;
    else if (parameter.parameterName === 'default_transaction_read_only') state.isReadOnly = isOn;
    else return;
    changed();
  });
  return state;
}

const accepts: Record<ServerRole, (state: ServerState) => boolean> = {
  any: () => true,
  'prefer-standby': () => true,
  'read-write': ({ isStandby, isReadOnly }) => !isStandby && !isReadOnly,
  'read-only': ({ isStandby, isReadOnly }) => isStandby || isReadOnly,
  primary: ({ isStandby }) => !isStandby,
  standby: ({ isStandby }) => isStandby,
};

/** The server is reachable, but has another role than target_session_attrs requires. */
export class UnsuitableServer extends Error {
  /** SQLSTATE read_only_sql_transaction, or sqlserver_rejected_establishment_of_sqlconnection. */
  readonly code: string;

  constructor(role: ServerRole, { isStandby }: ServerState) {
    const [is, code] =
      role === 'read-write' || role === 'primary'
        ? [isStandby ? 'a standby' : 'read-only', '25006']
        : [role === 'standby' ? 'not a standby' : 'not read-only', '08004'];
    super(`it is ${is}, and target_session_attrs is ${role}`);
    this.code = code;
  }
}

/** Returns the reason why a server is unsuitable for the role; null if it is suitable. */
export function unsuitable(role: ServerRole, state: ServerState): UnsuitableServer | null {
  return accepts[role](state) ? null : new UnsuitableServer(role, state);
}
