import type { PusherRules } from '../../contract/pusher-rules.ts';
import type { Target } from '../../target/target.ts';

/** The application whose server is played: what the client is told of it, and the secret that it is not. */
export interface PlayedApp {
  readonly key: string;
  readonly secret: string;
  readonly token: string;
  readonly clientId: string;
  readonly channel: string;
  readonly event: string;
  readonly authPath: string;
  readonly command: string;
}

/** @throws Error where the target is no client of this surface. */
export function appOf(target: Target, rules: PusherRules): PlayedApp {
  const [client] = target.surface === 'pusher' ? target.clients : [];
  if (target.surface !== 'pusher' || !target.client || !client?.tokens.api || !target.app.secret)
    throw new Error('not a client under test');
  return {
    key: target.app.key,
    secret: target.app.secret,
    token: client.tokens.api,
    clientId: client.id,
    channel: rules.names.channel.replace('{id}', client.id),
    event: rules.names.event,
    authPath: rules.authEndpoint.path,
    command: target.client.command,
  };
}

/** What the command finds in its environment. */
export function environmentOf(
  app: PlayedApp,
  port: number,
  scene: string,
  dialect: string,
): Record<string, string> {
  return {
    PLUMBLINE_HOST: '127.0.0.1',
    PLUMBLINE_PORT: String(port),
    PLUMBLINE_APP_KEY: app.key,
    PLUMBLINE_AUTH_URL: `http://127.0.0.1:${port}${app.authPath}`,
    PLUMBLINE_TOKEN: app.token,
    PLUMBLINE_CLIENT_ID: app.clientId,
    PLUMBLINE_CHANNEL: app.channel,
    PLUMBLINE_EVENT: app.event,
    PLUMBLINE_DIALECT: dialect,
    PLUMBLINE_SCENE: scene,
  };
}
