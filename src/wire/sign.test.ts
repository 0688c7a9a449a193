import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isObject, type Json } from '../contract/json.ts';
import { readYaml } from '../contract/read-yaml.ts';
import { packageRoot } from '../contract/spec-files.ts';
import { channelSignature, hmac, md5, requestText, userSignature } from './sign.ts';

const file = await readYaml(
  join(packageRoot(), 'specs', 'pusher', 'samples', 'document.yaml'),
  'specs/pusher/samples/document.yaml',
);
const rows = isObject(file.value) && Array.isArray(file.value.vectors) ? file.value.vectors : [];
const vectors = rows.flatMap((row: Json) =>
  isObject(row)
    ? [{ name: String(row.name), secret: String(row.secret), text: String(row.string), row }]
    : [],
);

describe('signing', () => {
  it.each(vectors)('$name has the signature of the documents', ({ secret, text, row }) => {
    expect(hmac(secret, text)).toBe(row.signature);
  });

  it('signs socket, channel and channel data in this order', () => {
    const presence = vectors.find(({ name }) => name === 'presence, Mr. Pusher');
    const data = '{"user_id":10,"user_info":{"name":"Mr. Pusher"}}';
    expect(channelSignature(presence?.secret ?? '', '1234.1234', 'presence-foobar', data)).toBe(
      presence?.row.signature,
    );
  });

  it('signs a sign-in', () => {
    const user = vectors.find(({ name }) => name === 'user sign-in');
    expect(userSignature(user?.secret ?? '', '1234.1234', '{"id":"12345"}')).toBe(user?.row.signature);
  });

  it('makes the text of a trigger request from method, path and sorted query', () => {
    const trigger = vectors.find(({ name }) => name === 'trigger request');
    const body = String(trigger?.row.body);
    expect(md5(body)).toBe(trigger?.row.bodyMd5);
    const query = {
      body_md5: md5(body),
      Auth_Version: '1.0',
      auth_timestamp: '1353088179',
      auth_key: String(trigger?.row.key),
      auth_signature: 'left out',
    };
    expect(requestText('post', '/apps/3/events', query)).toBe(trigger?.text);
  });
});
