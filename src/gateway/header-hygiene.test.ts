import { describe, expect, it } from 'vitest';
import { readHeaders } from './header-hygiene.ts';

function read(...raw: string[]): ReturnType<typeof readHeaders> {
  return readHeaders(raw);
}

describe('reading headers', () => {
  it('finds names in any case and trims values', () => {
    const reading = read('Mcp-Method', ' tools/call ', 'X-Other', '1');
    expect(reading.ok && reading.headers.get('mcp-method')).toBe('tools/call');
    expect(reading.ok && [...reading.headers.protocol]).toEqual([['mcp-method', 'tools/call']]);
  });

  it.each([
    'authorization',
    'Content-Type',
    'host',
    'Origin',
    'Mcp-Name',
    'MCP-SESSION-ID',
    'mcp-param-x',
    'last-event-id',
    'traceparent',
  ])('refuses %s when it occurs twice, even with one value', (name) => {
    expect(read(name, 'a', name.toLowerCase(), 'a').ok).toBe(false);
  });

  it('lets harmless headers occur twice', () => {
    expect(read('x-thing', 'a', 'x-thing', 'b').ok).toBe(true);
  });

  it.each(['X-HTTP-Method-Override', 'x-http-method', 'X-Method-Override'])('refuses %s', (name) => {
    expect(read(name, 'DELETE').ok).toBe(false);
  });

  it('does not see what Connection names', () => {
    const reading = read('Connection', 'close, Mcp-Name', 'Mcp-Name', 'echo');
    expect(reading.ok && reading.headers.get('mcp-name')).toBeUndefined();
    expect(reading.ok && reading.headers.protocol.size).toBe(0);
  });

  it('bounds the number and length of protocol headers', () => {
    const many = Array.from({ length: 65 }, (_, i) => [`mcp-param-${i}`, 'x']).flat();
    expect(read(...many).ok).toBe(false);
    expect(read('mcp-param-x', 'x'.repeat(8_193)).ok).toBe(false);
    expect(read('mcp-param-x', 'x'.repeat(8_192)).ok).toBe(true);
  });
});
