import type { HostilePeer } from './hostile-peer.ts';
import { answers } from './peers/answers.ts';
import { ending } from './peers/ending.ts';
import { flooding } from './peers/flooding.ts';
import { framing } from './peers/framing.ts';
import { http } from './peers/http.ts';
import { network } from './peers/network.ts';
import { tls } from './peers/tls.ts';
import { turning } from './peers/turning.ts';

/** Every peer there is; what is right for each stands in hostile.yaml. */
export const hostilePeers: readonly HostilePeer[] = [
  ...network,
  ...tls,
  ...answers,
  ...framing,
  ...flooding,
  ...ending,
  ...turning,
  ...http,
];
