import type { CredentialRule, EmitRules } from '../../../contract/rules.ts';
import type { StreamRequest } from '../admission.ts';

/** Which kind of credential of the rules a request to a stream bears: what a fault goes by. */
export function bears(rules: EmitRules, name: string, request: StreamRequest): boolean {
  const rule = rules.credentials[name];
  return rule !== undefined && request.space !== undefined && inPlace(rule, request);
}

function inPlace(rule: CredentialRule, request: StreamRequest): boolean {
  const { presented, inHeader, issued } = request;
  if (rule.place === 'nowhere') return presented === null && !inHeader;
  if (rule.place === 'header') return presented === null && inHeader?.role === rule.token;
  if (presented === null) return false;
  switch (rule.token) {
    case 'empty':
      return presented === '';
    case 'truncated':
      return !issued && isCutShort(presented);
    case 'made-up':
      return !issued && presented !== '' && !isCutShort(presented);
    default:
      if (issued?.role !== rule.token) return false;
      return issued.space === undefined || (issued.space === request.space) === (rule.tenant === 'own');
  }
}

/** Our tokens end in 16 hexadecimal digits. */
function isCutShort(text: string): boolean {
  return /^emit_\w+_[0-9a-f]{15}$/.test(text);
}
