/**
 * Subscribers of private channels, by the Pusher protocol. Started by the coordinator of a measurement:
 * `npm run load -- PROFILE --surface pusher`.
 * @module
 */
import { generator } from './generator.ts';

export { options } from './generator.ts';
export default generator('pusher', 'private-channel');
