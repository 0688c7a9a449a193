import { describe, expect, test } from 'vitest';
import { channelAuth, md5, requestSignature, sameText, userSignature } from './signing.ts';

const app = { key: '278d425bdf160c739803', secret: '7ad3773142a6692b25b8' };

describe('the vectors of the Pusher documents', () => {
  test('a private channel', () => {
    expect(channelAuth(app, '1234.1234', 'private-foobar')).toBe(
      '278d425bdf160c739803:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4',
    );
  });

  test('channel data is part of the signature (the printed vector belongs to another name)', () => {
    const data = '{"user_id":10,"user_info":{"name":"Mr. Channels"}}';
    expect(channelAuth(app, '1234.1234', 'presence-foobar', data)).toBe(
      '278d425bdf160c739803:31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80',
    );
  });

  test('a sign-in', () => {
    expect(userSignature(app.secret, '1234.1234', '{"id":"12345"}')).toBe(
      '4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba',
    );
  });

  test('a request to the trigger API', () => {
    const body = '{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}';
    expect(md5(body)).toBe('ec365a775a4cd0599faeb73354201b6f');
    expect(
      requestSignature(app.secret, 'POST', '/apps/3/events', {
        auth_version: '1.0',
        auth_timestamp: '1353088179',
        auth_key: app.key,
        body_md5: md5(body),
        auth_signature: 'left out of what is signed',
      }),
    ).toBe('da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c');
  });
});

test('texts of different length are not the same', () => {
  expect(sameText('a', 'ab')).toBe(false);
  expect(sameText('ab', 'ab')).toBe(true);
});
