/** A module of its own, so that it can be loaded late and is still bundled with its names. */
export { Agent, request } from 'undici';
