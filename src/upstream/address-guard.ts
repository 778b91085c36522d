/**
 * Which addresses the gateway may connect to. Server addresses that people enter and addresses that a server names
 * (OAuth) could otherwise lead it to its own network: metadata services, databases, other loopback ports.
 *
 * Guarantees:
 * - The address that was checked is the one that is connected to: the check stands inside the look-up of the connect
 *   itself, so that a name which resolves anew to another address gains nothing.
 * - What is not known to be public is refused: only global unicast passes, and of it no special-purpose range. IPv4
 *   inside IPv6 (mapped, NAT64) is judged as the IPv4 address that it is; 6to4 and Teredo are refused.
 * - A name of which one address may not be used is refused whole.
 */
import { lookup as systemLookup, type LookupAddress } from 'node:dns';
import { BlockList, isIP, type LookupFunction } from 'node:net';
import { isLoopbackHost } from '#mcp';
import { ToolgateError } from '#platform';

/** Any address; public ones; or public ones and these ranges (CIDR, or single addresses). */
export type AddressRules = 'any' | 'public' | { readonly allow: readonly string[] };

export interface AddressGuard {
  /** Whether this address may be connected to; false for whatever is no IP address. */
  permits(address: string): boolean;
  /**
   * Why an address may not be used, for a person; undefined when nothing is known against it yet: names are checked
   * when they are resolved. `httpsOnly` is for addresses that a server named: plain HTTP then goes to loopback alone.
   */
  refusalOf(url: URL, options?: { readonly httpsOnly?: boolean }): string | undefined;
  /**
   * In place of the system's look-up: what it finds is checked. An address in the place of a name is not looked up, so
   * whoever connects asks `permits` or `refusalOf` first. Undefined where any address is allowed.
   */
  readonly lookup: LookupFunction | undefined;
}

/** The code of the error with which a connection that is not permitted fails. */
export const ADDRESS_NOT_ALLOWED = 'ERR_ADDRESS_NOT_ALLOWED';

/** Special-purpose ranges (RFC 6890 and its registries), and addresses that clouds answer themselves. */
const NOT_PUBLIC = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '168.63.129.16/32',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
  '2001::/23',
  '2001:db8::/32',
  '2002::/16',
  '3fff::/20',
];
/** Global unicast, and the two forms in which IPv4 addresses are written that may be public. */
const MAY_BE_PUBLIC = ['2000::/3', '::ffff:0:0/96', '64:ff9b::/96'];

/** `lookup` is the system's, unless a test has its own. Throws `config.address_range` for a range that is none. */
export function createAddressGuard(rules: AddressRules, lookup: LookupFunction = systemLookup): AddressGuard {
  const permits = rules === 'any' ? (address: string) => isIP(address) !== 0 : permitsOf(rules);
  return {
    permits,
    lookup: rules === 'any' ? undefined : checkedLookup(permits, lookup),
    refusalOf: (url, options = {}) => refusalOf(url, options.httpsOnly ?? false, permits),
  };
}

type Permits = (address: string) => boolean;

function permitsOf(rules: Exclude<AddressRules, 'any'>): Permits {
  const allowed = rangesOf(rules === 'public' ? [] : rules.allow);
  const notPublic = rangesOf(NOT_PUBLIC);
  const mayBePublic = rangesOf(MAY_BE_PUBLIC);
  return (written) => {
    const [address = ''] = written.split('%'); // a zone does not change which address it is
    const version = isIP(address);
    if (version === 0) return false;
    const family = version === 4 ? 'ipv4' : 'ipv6';
    if (allowed.check(address, family)) return true;
    return (version === 4 || mayBePublic.check(address, family)) && !notPublic.check(address, family);
  };
}

/** An IPv4 range counts for its addresses in NAT64 too; for mapped ones `BlockList` sees to it. */
function rangesOf(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = '', prefix, ...more] = range.split('/');
    const version = isIP(network);
    const bits = prefix === undefined ? (version === 4 ? 32 : 128) : Number(prefix);
    if (
      version === 0 ||
      more.length > 0 ||
      !/^\d{1,3}$/.test(prefix ?? '0') ||
      bits > (version === 4 ? 32 : 128)
    ) {
      throw new ToolgateError('config.address_range', `"${range}" is no range of addresses.`, {
        hint: 'Write a range as 10.0.0.0/8 or fd00::/8, or a single address.',
      });
    }
    list.addSubnet(network, bits, version === 4 ? 'ipv4' : 'ipv6');
    if (version === 4) list.addSubnet(`64:ff9b::${network}`, 96 + bits, 'ipv6');
  }
  return list;
}

function refusalOf(url: URL, httpsOnly: boolean, permits: Permits): string | undefined {
  if (url.protocol !== 'https:' && url.protocol !== 'http:') return 'it is neither http nor https';
  if (url.username !== '' || url.password !== '') return 'it holds a credential';
  // the URL parser has already written 0x7f.1, 2130706433 and their like as plain addresses
  const host = url.hostname.startsWith('[') ? url.hostname.slice(1, -1) : url.hostname;
  const isAddress = isIP(host) !== 0;
  if (isAddress ? !permits(host) : isLoopbackHost(host) && !permits('127.0.0.1') && !permits('::1')) {
    return 'its address is not one that the gateway may connect to';
  }
  if (httpsOnly && url.protocol === 'http:' && !isLoopback(host)) return 'it is not https';
  return undefined;
}

const LOOPBACK = rangesOf(['127.0.0.0/8', '::1']);

function isLoopback(host: string): boolean {
  const version = isIP(host);
  return version === 0 ? isLoopbackHost(host) : LOOPBACK.check(host, version === 4 ? 'ipv4' : 'ipv6');
}

function checkedLookup(permits: Permits, lookup: LookupFunction): LookupFunction {
  return (name, options, callback) => {
    lookup(name, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, [] as LookupAddress[]);
      const addresses = found as unknown as readonly LookupAddress[];
      const [first] = addresses;
      if (first === undefined || !addresses.every(({ address }) => permits(address)))
        return callback(notAllowed(), [] as LookupAddress[]);
      if (options.all) callback(null, [...addresses]);
      else callback(null, first.address, first.family);
    });
  };
}

/** Names no address: its text may reach an agent. */
export function notAllowed(): Error {
  return Object.assign(new Error('the address is not one that the gateway may connect to'), {
    code: ADDRESS_NOT_ALLOWED,
  });
}
