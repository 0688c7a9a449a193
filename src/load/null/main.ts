/**
 * The null server as a process of its own (dist/load-null.js). Says in one line where it is, and ends on SIGTERM,
 * when its standard input ends, and when whoever started it is gone.
 * @module
 */
import { endWithParent } from '../processes/end-with-parent.ts';
import { nullVariable, readOptions } from './options.ts';
import { startNullServer } from './server.ts';

endWithParent();
const { http, ws, targets } = await startNullServer(readOptions(process.env[nullVariable]));
process.stdout.write(`${JSON.stringify({ http, ws, targets })}\n`);
