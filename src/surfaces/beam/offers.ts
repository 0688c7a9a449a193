import type { BeamTarget, Target } from '../../target/target.ts';
import { performerOf } from './input-driver.ts';

/**
 * What a beam target lacks of some needs, each with a reason. Words: `handler` (which transforms), `stream`,
 * `fail`, `token:NAME`, `control`, `tls`, `checked-certificate`.
 */
export function missing(target: Target, needs: readonly string[]): string[] {
  if (target.surface !== 'beam') return ['not a beam target'];
  return needs.flatMap((need) => {
    const reason = lacks(target, need);
    return reason === undefined ? [] : [reason];
  });
}

function lacks(target: BeamTarget, need: string): string | undefined {
  switch (need) {
    case 'handler':
    case 'stream':
    case 'fail':
      if (performerOf(target, need === 'handler' ? 'transform' : need)) return undefined;
      return target.drivers.includes('command')
        ? `no driver performs input:${need === 'handler' ? 'transform' : need}`
        : 'no driver: deploy the published handler (specs/beam/handler.py) and give its key as handler.key';
    case 'token:valid':
      return target.tokens.valid === undefined ? 'the target has no valid token' : undefined;
    case 'token:revoked':
      return target.tokens.revoked === undefined ? 'the target has no revoked token' : undefined;
    case 'control':
      return target.control === undefined ? 'the target has no control URL' : undefined;
    case 'tls':
      return isSecure(target) ? undefined : 'the target is not reached over TLS';
    case 'checked-certificate':
      return target.tls.insecure ? 'tls.insecure: the certificate is not checked' : undefined;
    default:
      return `unknown need ${need}`;
  }
}

function isSecure(target: BeamTarget): boolean {
  return /^wss:/i.test(target.urls.ws);
}

/** `offers` words of requirements and open points. */
export function offers(target: Target, word: string): boolean {
  if (target.surface !== 'beam') return false;
  return word === 'control' ? target.control !== undefined : target.capabilities.includes(word);
}
