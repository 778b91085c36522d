import { describe, expect, it } from 'vitest';
import { SCOPES } from '../route.ts';
import { rightsOf } from './rights.ts';

describe('the rights of the roles', () => {
  it('are those of the table, each role having all of the one below', () => {
    const viewer = [
      'servers:read',
      'policies:read',
      'grants:read',
      'approvals:read',
      'logs:read',
      'members:read',
    ];
    expect(rightsOf('viewer', false)).toEqual(viewer);
    expect(new Set(rightsOf('policy_manager', false))).toEqual(new Set([...viewer, 'policies:write']));
    expect(new Set(rightsOf('admin', false))).toEqual(
      new Set(SCOPES.filter((scope) => scope !== 'approvals:decide')),
    );
  });

  it('include deciding held calls for approvers alone, whatever their role', () => {
    for (const role of ['viewer', 'policy_manager', 'admin'] as const) {
      expect(rightsOf(role, true)).toContain('approvals:decide');
      expect(rightsOf(role, false)).not.toContain('approvals:decide');
    }
  });
});
