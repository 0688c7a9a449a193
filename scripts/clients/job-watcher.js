// A client that watches a job of emit.run to its end, by the sample of 003. `--fault stays` makes it stay on.
//   npm run conform -- --client 'node scripts/clients/job-watcher.js' --surface emit
import { WebSocket } from 'ws';

const stays = process.argv.includes('stays');
const ws = new WebSocket(process.env.PLUMBLINE_STREAM_URL ?? '');
ws.on('error', (error) => console.error(error.message));
ws.on('message', (bytes) => {
  console.log(String(bytes));
  const { type } = JSON.parse(String(bytes));
  if (!stays && (type === 'completed' || type === 'dead')) ws.close();
});
process.stdin.on('end', () => process.exit()).resume();
