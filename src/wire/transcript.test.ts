import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireEvent } from './event.ts';
import { Transcript } from './transcript.ts';

const said = (text: string) => ({ kind: 'sent', peer: 'me', text, binary: false }) as const;
const isSaid = (text: string) => (event: WireEvent) => event.kind === 'sent' && event.text === text;
const long = 60_000;

describe('record', () => {
  it('numbers events without gaps, from 0', () => {
    const transcript = new Transcript();
    fc.assert(
      fc.property(fc.array(fc.string()), (texts) => {
        for (const text of texts) transcript.record(said(text));
        expect(transcript.events.map(({ seq }) => seq)).toEqual([...transcript.events.keys()]);
      }),
    );
  });

  it('counts milliseconds from the origin it was given', () => {
    expect(new Transcript(1000).record(said('hello'), 1250.5).at).toBe(250.5);
  });

  it('tells a listener of each event, once and in order', () => {
    const transcript = new Transcript();
    const heard: number[] = [];
    transcript.onEvent(({ seq }) => heard.push(seq));
    transcript.record(said('a'));
    transcript.record(said('b'));
    expect(heard).toEqual([0, 1]);
  });
});

describe('next', () => {
  it('finds what has happened already', async () => {
    const transcript = new Transcript();
    transcript.record(said('a'));
    expect(await transcript.next(isSaid('a'), { ms: long })).toMatchObject({ seq: 0 });
  });

  it('finds the first of several', async () => {
    const transcript = new Transcript();
    for (const text of ['a', 'b', 'b']) transcript.record(said(text));
    expect(await transcript.next(isSaid('b'), { ms: long })).toMatchObject({ seq: 1 });
  });

  it('passes over what stands before the position it is to look from', async () => {
    const transcript = new Transcript();
    for (const text of ['a', 'a']) transcript.record(said(text));
    expect(await transcript.next(isSaid('a'), { from: 1, ms: long })).toMatchObject({ seq: 1 });
  });

  it('waits for what is yet to come', async () => {
    const transcript = new Transcript();
    const found = transcript.next(isSaid('b'), { ms: long });
    transcript.record(said('a'));
    transcript.record(said('b'));
    expect(await found).toMatchObject({ seq: 1 });
  });

  it('gives each of several who wait their own event', async () => {
    const transcript = new Transcript();
    const found = Promise.all(['a', 'b', 'b'].map((text) => transcript.next(isSaid(text), { ms: long })));
    transcript.record(said('b'));
    transcript.record(said('a'));
    expect((await found).map((event) => event?.seq)).toEqual([1, 0, 0]);
  });

  it('gives up once its time is over', async () => {
    expect(await new Transcript().next(() => true, { ms: 1 })).toBeUndefined();
  });

  it('still finds what is there when it has no time at all', async () => {
    const transcript = new Transcript();
    transcript.record(said('a'));
    expect(await transcript.next(isSaid('a'), { ms: 0 })).toMatchObject({ seq: 0 });
  });

  it('gives up as soon as it is told to', async () => {
    const stop = new AbortController();
    const found = new Transcript().next(() => true, { ms: long, signal: stop.signal });
    stop.abort();
    expect(await found).toBeUndefined();
  });

  it('waits for nothing when it was told to stop before', async () => {
    expect(
      await new Transcript().next(() => true, { ms: long, signal: AbortSignal.abort() }),
    ).toBeUndefined();
  });

  it('still finds what is there when it was told to stop before', async () => {
    const transcript = new Transcript();
    transcript.record(said('a'));
    expect(await transcript.next(isSaid('a'), { ms: long, signal: AbortSignal.abort() })).toBeDefined();
  });
});
