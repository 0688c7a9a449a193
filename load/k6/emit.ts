/**
 * Viewers of the streams of jobs and spaces. Started by the coordinator of a measurement:
 * `npm run load -- PROFILE --surface emit`.
 * @module
 */
import { generator } from './generator.ts';

export { options } from './generator.ts';
export default generator('emit', 'job-stream');
