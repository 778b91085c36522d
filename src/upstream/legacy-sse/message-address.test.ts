import { describe, expect, it } from 'vitest';
import { messagePathOf } from './message-address.ts';

const STREAM = new URL('https://mcp.example.com/v1/sse?tenant=1');

describe('the address of messages', () => {
  it.each([
    ['/messages?sessionId=1', '/messages?sessionId=1'],
    ['messages', '/v1/messages'],
    ['?sessionId=1', '/v1/sse?sessionId=1'],
    ['https://mcp.example.com/m', '/m'],
    ['https://MCP.example.com:443/m#part', '/m'],
    ['/a/../../m', '/m'],
    ['//mcp.example.com/m', '/m'],
  ])('%s is %s', (named, path) => {
    expect(messagePathOf(named, STREAM)).toBe(path);
  });

  it.each([
    'https://evil.example/messages',
    '//evil.example/messages',
    'http://mcp.example.com/messages',
    'https://mcp.example.com:8443/messages',
    'https://mcp.example.com.evil.example/messages',
    'https://mcp.example.com@evil.example/messages',
    'https://user:password@mcp.example.com/messages',
    '\\\\evil.example\\messages',
    '/\\evil.example/messages',
    'https:\\\\evil.example',
    'javascript:alert(1)',
    'file:///etc/passwd',
    'ws://mcp.example.com/m',
    'http://[::1/m',
    '',
    ' /messages',
    '/messages ',
    '/mess\nages',
    '/messages\r\nHost: evil.example',
    '/mess\tages',
    '/messages\u0000',
    `/${'m'.repeat(9_000)}`,
  ])('%j is refused', (named) => {
    expect(messagePathOf(named, STREAM)).toBeUndefined();
  });
});
