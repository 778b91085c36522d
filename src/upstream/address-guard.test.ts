import { createServer, type Server } from 'node:http';
import type { AddressInfo, LookupFunction } from 'node:net';
import { Agent } from 'undici';
import { afterEach, describe, expect, it } from 'vitest';
import { silentLog, systemClock } from '#platform';
import { knowTool } from '#policy';
import { call } from '../../test/fixtures/stdio/probe.ts';
import { guardedConnector } from './oauth/guarded-connector.ts';
import { ADDRESS_NOT_ALLOWED, createAddressGuard, type AddressRules } from './address-guard.ts';
import { createHttpUpstream } from './http/http-upstream.ts';
import { createLegacySseUpstream } from './legacy-sse/index.ts';

const PUBLIC = createAddressGuard('public');

describe('an address', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '172.15.255.255',
    '172.32.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '169.253.1.1',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2a00:1450:4001:80e::200e',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
  ])('%s is public', (address) => {
    expect(PUBLIC.permits(address)).toBe(true);
  });

  it.each([
    // this host, private, shared, link-local and metadata, documentation, benchmarks, multicast, reserved
    '0.0.0.0',
    '0.1.2.3',
    '10.0.0.1',
    '10.255.255.255',
    '100.64.0.1',
    '100.100.100.200',
    '127.0.0.1',
    '127.255.255.254',
    '168.63.129.16',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.0.0.1',
    '192.0.2.1',
    '192.88.99.1',
    '192.168.1.1',
    '198.18.0.1',
    '198.19.255.255',
    '198.51.100.7',
    '203.0.113.7',
    '224.0.0.1',
    '239.255.255.255',
    '240.0.0.1',
    '255.255.255.255',
    // the same of IPv6
    '::',
    '::1',
    'fc00::1',
    'fd00:ec2::254',
    'fe80::1',
    'fe80::1%eth0',
    'fec0::1',
    'ff02::1',
    '100::1',
    '2001:db8::1',
    '3fff::1',
    '5f00::1',
    // IPv4 inside IPv6: mapped, compatible, translated, NAT64, 6to4, Teredo
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '0:0:0:0:0:ffff:a9fe:a9fe',
    '::ffff:10.0.0.1%1',
    '::127.0.0.1',
    '::ffff:0:127.0.0.1',
    '64:ff9b::127.0.0.1',
    '64:ff9b::a9fe:a9fe',
    '64:ff9b:1::1',
    '2002:7f00:1::',
    '2002:0808:0808::',
    '2001:0:7f00:1::',
    // no addresses at all
    '',
    'localhost',
    '0x7f.1',
    '2130706433',
    '127.1',
    '010.0.0.1',
    '8.8.8.8 ',
    '8.8.8.8/8',
  ])('%s is not public', (address) => {
    expect(PUBLIC.permits(address)).toBe(false);
  });

  it('in a range that is allowed passes in every form, its neighbours do not', () => {
    const { permits } = createAddressGuard({ allow: ['10.1.0.0/16', '127.0.0.1', 'fd00:1::/32'] });
    for (const address of [
      '10.1.2.3',
      '::ffff:10.1.2.3',
      '64:ff9b::10.1.2.3',
      '127.0.0.1',
      'fd00:1::7',
      '8.8.8.8',
    ])
      expect([address, permits(address)]).toEqual([address, true]);
    for (const address of ['10.2.0.0', '::ffff:10.2.0.1', '127.0.0.2', 'fd00:2::7', '::1', '169.254.169.254'])
      expect([address, permits(address)]).toEqual([address, false]);
  });

  it.each([
    '10.0.0.0/33',
    'fd00::/129',
    '10.0.0/8',
    'example.com',
    '10.0.0.0/8/8',
    '10.0.0.0/',
    '10.0.0.0/-1',
    '',
  ])('cannot be in the range %j, which is none', (range) => {
    expect(() => createAddressGuard({ allow: [range] })).toThrow('no range');
  });
});

describe('a URL', () => {
  const LOCAL = createAddressGuard({ allow: ['127.0.0.0/8'] });
  const refusal = (url: string, guard = PUBLIC): string | undefined =>
    guard.refusalOf(new URL(url), { httpsOnly: true });

  it.each([
    'https://mcp.example.com/',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]:8443/',
    'https://134744072/',
  ])('%s may be used', (url) => {
    expect(refusal(url)).toBeUndefined();
  });

  it.each([
    ['http://mcp.example.com/', /not https/],
    ['ftp://mcp.example.com/', /neither/],
    ['file:///etc/passwd', /neither/],
    ['https://user:pw@mcp.example.com/', /credential/],
    ['https://127.0.0.1/', /may connect/],
    ['https://127.1/', /may connect/],
    ['https://2130706433/', /may connect/],
    ['https://0x7f000001/', /may connect/],
    ['https://0x7f.1/', /may connect/],
    ['https://0177.0.0.1/', /may connect/],
    ['https://017700000001/', /may connect/],
    ['https://127.0.0.1./', /may connect/],
    ['https://①②⑦.0.0.1/', /may connect/],
    ['https://%31%32%37.0.0.1/', /may connect/],
    ['https://[::1]/', /may connect/],
    ['https://[::ffff:127.0.0.1]/', /may connect/],
    ['https://[::ffff:7f00:1]/', /may connect/],
    ['https://[64:ff9b::7f00:1]/', /may connect/],
    ['https://localhost/', /may connect/],
    ['https://LOCALHOST:8443/', /may connect/],
    ['http://169.254.169.254/latest/meta-data/', /may connect/],
  ])('%s may not', (url, reason) => {
    expect(refusal(url)).toMatch(reason);
  });

  it('without TLS goes to loopback, where that is allowed, and nowhere else', () => {
    expect(refusal('http://127.0.0.1:8080/', LOCAL)).toBeUndefined();
    expect(refusal('http://localhost:8080/', LOCAL)).toBeUndefined();
    expect(refusal('http://8.8.8.8/', LOCAL)).toMatch(/not https/);
    expect(refusal('http://10.0.0.1/', createAddressGuard({ allow: ['10.0.0.0/8'] }))).toMatch(/not https/);
    expect(refusal('http://127.0.0.1/', createAddressGuard('any'))).toBeUndefined();
    expect(refusal('http://example.com/', createAddressGuard('any'))).toMatch(/not https/);
    expect(PUBLIC.refusalOf(new URL('http://example.com/'))).toBeUndefined();
  });

  it('that is refused stops a server from being set up', () => {
    const options = {
      serverId: 'inner',
      headers: {},
      knowTool,
      log: silentLog,
      clock: systemClock,
      addresses: PUBLIC,
      limits: { connectMs: 1, firstByteMs: 1, callMs: 1, answerBytes: 1, startMs: 1 },
    };
    for (const create of [createHttpUpstream, createLegacySseUpstream])
      expect(() => create({ ...options, url: 'http://0x7f.1:8080/mcp' })).toThrow(
        'The address of server "inner" may not be used',
      );
  });
});

describe('a connection', () => {
  let server: Server | undefined;
  let agent: Agent | undefined;
  let arrived = 0;
  afterEach(async () => {
    await agent?.destroy();
    agent = undefined;
    server?.closeAllConnections();
    await new Promise((resolve) => (server ? server.close(resolve) : resolve(undefined)));
    arrived = 0;
  });

  async function listen(): Promise<number> {
    const opened = createServer((_, response) => {
      arrived++;
      response.writeHead(200, { connection: 'close' }).end('inside');
    });
    server = opened;
    await new Promise<void>((resolve) => opened.listen(0, '127.0.0.1', resolve));
    return (opened.address() as AddressInfo).port;
  }

  /** A name server that answers each question with the next of these answers, the last for ever. */
  function namesOf(...answers: readonly (readonly string[])[]): { lookup: LookupFunction; asked: string[] } {
    const asked: string[] = [];
    const lookup: LookupFunction = (name, options, callback) => {
      const addresses = (answers[Math.min(asked.length, answers.length - 1)] ?? []).map((address) => ({
        address,
        family: address.includes(':') ? 6 : 4,
      }));
      asked.push(name);
      expect(options.all).toBe(true);
      queueMicrotask(() => callback(null, addresses));
    };
    return { lookup, asked };
  }

  async function get(url: string, rules: AddressRules, lookup?: LookupFunction): Promise<string> {
    agent ??= new Agent({ connect: guardedConnector(createAddressGuard(rules, lookup), 1_000) });
    const { origin, pathname } = new URL(url);
    try {
      const { body } = await agent.request({ origin, path: pathname, method: 'GET' });
      return await body.text();
    } catch (error) {
      return (error as { code?: string }).code ?? 'no code';
    }
  }

  it.each(['127.0.0.1', '[::1]', '[::ffff:127.0.0.1]', '0.0.0.0'])('to %s is not made', async (host) => {
    const port = await listen();
    expect(await get(`http://${host}:${port}/`, 'public')).toBe(ADDRESS_NOT_ALLOWED);
    expect(arrived).toBe(0);
  });

  it.each([
    ['a private address', ['127.0.0.1']],
    ['a public and a private one', ['8.8.8.8', '127.0.0.1']],
    ['an IPv4-mapped private one', ['::ffff:127.0.0.1']],
    ['nothing', []],
  ])('to a name that has %s is not made', async (_, addresses) => {
    const port = await listen();
    const { lookup, asked } = namesOf(addresses);
    expect(await get(`http://shop.example:${port}/`, 'public', lookup)).toBe(ADDRESS_NOT_ALLOWED);
    expect([asked, arrived]).toEqual([['shop.example'], 0]);
  });

  it('to a name of this machine is checked with the system’s own look-up', async () => {
    const port = await listen();
    expect(await get(`http://localhost:${port}/`, 'public')).toBe(ADDRESS_NOT_ALLOWED);
    await agent?.destroy();
    agent = undefined;
    expect(await get(`http://localhost:${port}/`, { allow: ['127.0.0.0/8', '::1'] })).toBe('inside');
  });

  it('goes to the address that was checked, and a name that changes its address is checked anew', async () => {
    const port = await listen();
    const { lookup, asked } = namesOf(['127.0.0.1'], ['127.0.0.2'], ['127.0.0.1']);
    const rules = { allow: ['127.0.0.1/32'] };
    const url = `http://shop.example:${port}/`;
    // one look-up a connection: between check and connect there is no second one that could say something else
    expect(await get(url, rules, lookup)).toBe('inside');
    expect(asked).toHaveLength(1);
    expect(await get(url, rules, lookup)).toBe(ADDRESS_NOT_ALLOWED);
    expect(await get(url, rules, lookup)).toBe('inside');
    expect([asked.length, arrived]).toEqual([3, 2]);
  });

  it('of a server is refused in-band, without its address, and the call certainly did not run', async () => {
    const port = await listen();
    const { lookup } = namesOf(['127.0.0.1']);
    const limits = { connectMs: 1_000, firstByteMs: 1_000, callMs: 1_000, answerBytes: 10_000 };
    const upstream = createHttpUpstream({
      serverId: 'inner',
      url: `http://shop.example:${port}/mcp`,
      headers: {},
      knowTool: (definition) => knowTool(definition),
      log: silentLog,
      clock: systemClock,
      addresses: createAddressGuard('public', lookup),
      limits,
    });
    const { failure } = await call(upstream, 'x');
    expect(failure).toMatchObject({ kind: 'unreachable', reached: false });
    expect(failure?.message).not.toMatch(/127|shop\.example/);
    expect(arrived).toBe(0);
    await upstream.close();
  });
});
