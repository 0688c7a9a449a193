/**
 * Clients of a realtime endpoint, which ask and are answered. Started by the coordinator of a measurement:
 * `npm run load -- PROFILE --surface beam`.
 * @module
 */
import { generator } from './generator.ts';

export { options } from './generator.ts';
export default generator('beam', 'realtime');
