/** Takes the place of node-fetch in the bundle: what a spec refers to lies beside it. */
/** @param {unknown} url */
export default async function fetch(url) {
  throw new Error(`${String(url)}: specs refer to files, not to the network`);
}
