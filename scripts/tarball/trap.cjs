/**
 * Loaded before all else, in every process and thread of a trial: a connection to anywhere but this machine is refused, and
 * written down in the file that PLUMBLINE_TRAP names.
 */
const { appendFileSync } = require('node:fs');
const net = require('node:net');
const dgram = require('node:dgram');
const dns = require('node:dns');

const file = process.env.PLUMBLINE_TRAP;

/** @param {unknown} host */
function isHere(host) {
  const name = String(host ?? 'localhost').replace(/^\[|\]$/g, '');
  return name === '' || /^(localhost|(.*\.)?localhost|127(\.\d+){3}|::1|::ffff:127(\.\d+){3})$/i.test(name);
}

/**
 * @param {string} what
 * @param {unknown} host
 */
function caught(what, host) {
  if (file) appendFileSync(file, `${what} ${String(host)} (${process.argv.slice(1, 3).join(' ')})\n`);
  return Object.assign(new Error(`the trap refuses to ${what} ${String(host)}`), { code: 'ETRAPPED' });
}

const { connect } = net.Socket.prototype;
/** @type {(this: net.Socket, ...args: any[]) => net.Socket} */
net.Socket.prototype.connect = function (...args) {
  // net.connect hands over its arguments in an array, put in order.
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  const isPath = typeof first === 'string' && !/^\d+$/.test(first);
  const { host, path } =
    typeof first === 'object' && first !== null ? first : { host: second, path: undefined };
  const to = typeof host === 'function' ? undefined : host;
  if (isPath || path || isHere(to)) return Reflect.apply(connect, this, args);
  this.destroy(caught('connect to', to));
  return this;
};

const { send } = dgram.Socket.prototype;
/** @type {(this: dgram.Socket, ...args: any[]) => void} */
dgram.Socket.prototype.send = function (...args) {
  const host = args.slice(1).find((one) => typeof one === 'string');
  if (!isHere(host)) throw caught('send to', host);
  Reflect.apply(send, this, args);
};

const { lookup } = dns;
/** @type {any} */
const trapped = (/** @type {string} */ host, /** @type {any[]} */ ...rest) => {
  if (isHere(host) || net.isIP(host)) return Reflect.apply(lookup, dns, [host, ...rest]);
  const error = caught('look up', host);
  const done = rest.at(-1);
  process.nextTick(() => done(error));
};
dns.lookup = trapped;
