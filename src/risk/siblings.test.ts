import { describe, expect, it } from 'vitest';
import { familyOf, inverseOf } from './siblings.ts';

describe('the sibling that undoes a tool', () => {
  it.each([
    ['crm_pause_campaign', 'crm_resume_campaign'],
    ['attach_tag_to_contact', 'detach_tag_from_contact'],
    ['detach_tag_from_contact', 'attach_tag_to_contact'],
    ['archiveThread', 'unarchiveThread'],
    ['create_note', 'delete_note'],
    ['followUser', 'unfollow_user'],
  ])('%s: %s', (name, inverse) => {
    expect(inverseOf(name, familyOf([name, inverse, 'other']))).toBe(inverse);
  });

  it.each([
    ['another thing', 'pause_campaign', 'resume_sequence'],
    ['no brother at all', 'pause_campaign', 'list_campaigns'],
    ['creating does not undo deleting', 'delete_note', 'create_note'],
  ])('is not there: %s', (_, name, other) => {
    expect(inverseOf(name, familyOf([name, other]))).toBeUndefined();
  });

  it('is found among names like members of every object', () => {
    expect(() => inverseOf('constructor', familyOf(['__proto__', 'constructor', '']))).not.toThrow();
  });
});

it('takes the first word of nearly every name for the name of the server', () => {
  expect(familyOf(['crm_list', 'crm_add', 'crm_delete']).prefix).toEqual(['crm']);
  expect(familyOf(['list_a', 'add_b', 'delete_c']).prefix).toEqual([]);
});
