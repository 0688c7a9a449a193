/** A process that starts the reference server as `conform` does, does again on it what a script says, and ends. */
import { readFileSync } from 'node:fs';
import { loadContract } from '../../../src/contract/load.ts';
import { onReference } from './reference-thread.ts';
import { replay } from './replay.ts';
import type { TargetScript } from './script.ts';

const [file = '', root = ''] = process.argv.slice(2);
const contract = await loadContract(undefined, root);
const scripts = JSON.parse(readFileSync(file, 'utf8')) as TargetScript[];
const fidelity = await onReference(root, contract, (_entries, host) => replay(scripts, host));
process.stdout.write(JSON.stringify(fidelity));
