import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRules } from '../../src/contract/normalize.ts';
import type { PusherRules } from '../../src/contract/pusher-rules.ts';
import { readYaml } from '../../src/contract/read-yaml.ts';
import { packageRoot } from '../../src/contract/spec-files.ts';
import { fill } from '../../src/surfaces/pusher/template.ts';
import { hmac } from '../../src/wire/sign.ts';

const file = await readYaml(join(packageRoot(), 'specs', 'pusher', 'rules.yaml'));
const { features } = readRules('pusher', file) as unknown as PusherRules;

/** The secret of the examples in the documents. */
const secret = '7ad3773142a6692b25b8';

describe('what the rules say is signed has the signatures of the documents', () => {
  it.each([
    [
      'presence',
      { channel: 'presence-foobar', data: '{"user_id":10,"user_info":{"name":"Mr. Channels"}}' },
      '31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80',
    ],
    [
      'encrypted',
      { channel: 'private-foobar' },
      '58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4',
    ],
    [
      'sign-in',
      { data: '{"id":"12345"}' },
      '4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba',
    ],
  ] as const)('%s', (name, parts, signature) => {
    expect(hmac(secret, fill(features[name].signs, { socket: '1234.1234', ...parts }))).toBe(signature);
  });
});
