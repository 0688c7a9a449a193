/** Why no real server can be judged here: one message, for whoever started it. */
export class CannotRun extends Error {}

/** As in the table of exit codes of `conform`: nothing was judged. */
export const exitCodeOfCannotRun = 2;

/**
 * Ends the process as `work` says, or with one message and no stack where it cannot run.
 * @param {() => Promise<number>} work
 */
export async function endWith(work) {
  try {
    process.exitCode = await work();
  } catch (error) {
    if (!(error instanceof CannotRun)) throw error;
    process.stderr.write(`interop: ${error.message}\n`);
    process.exitCode = exitCodeOfCannotRun;
  }
}
