import type { Recording } from '../suite/recording.ts';
import type { WireEvent } from '../wire/event.ts';
import type { CheckResult } from './check-result.ts';

const around = 3;

/** The wire around a check's first finding, one line an event: who, when, what. */
export function excerpt(
  recordings: { readonly of: (target: string, scene: string) => Recording | undefined },
  result: CheckResult,
): string[] {
  const [finding] = result.findings;
  const scene = finding?.scene ?? result.scene;
  const recording = scene === null ? undefined : recordings.of(result.target, scene);
  const shown = finding?.frame === undefined ? undefined : recording?.events[finding.frame];
  if (!recording || !shown) return [];
  const near = recording.events.filter((event) => event.peer === shown.peer);
  const at = near.indexOf(shown);
  return near.slice(Math.max(0, at - around), at + 2).map((event) => line(event, event === shown));
}

/** One event as a line of at most 200 characters. */
export function line(event: WireEvent, marked = false): string {
  const head = `${marked ? '→' : ' '} ${event.peer} ${event.at.toFixed(1)} ms`;
  const whole = `${head}  ${what(event)}`;
  return whole.length <= 200 ? whole : `${whole.slice(0, 199)}…`;
}

function what(event: WireEvent): string {
  switch (event.kind) {
    case 'dial':
      return `dial ${event.url}`;
    case 'opened':
      return '← 101';
    case 'refused':
      return `← ${event.status} ${event.body}`;
    case 'unreachable':
      return `✗ ${event.error}`;
    case 'sent':
      return `→ ${event.binary ? `binary ${event.text}` : event.text}`;
    case 'frame':
      return `← ${event.binary ? `binary, ${event.bytes} bytes` : event.text}`;
    case 'ping':
    case 'pong':
      return `${event.by === 'us' ? '→' : '←'} ${event.kind}`;
    case 'closed':
      return `closed by ${event.by}, ${event.code} ${event.reason}`;
    case 'exchange':
      return `${event.method} ${event.url} ${event.requestBody ?? ''} → ${event.status} ${event.body}`;
    case 'timer':
      return `${event.what} (${event.ms} ms)`;
    case 'fact':
      return `${event.name}: ${JSON.stringify(event.value)}`;
  }
}
