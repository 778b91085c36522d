import { nameWords } from './words.ts';

/** Verbs that undo one another; the second one of `oneWay` pairs does not bring back what the first made. */
const PAIRS: readonly (readonly [string, string])[] = (
  'pause/resume pause/unpause suspend/resume attach/detach archive/unarchive archive/restore add/remove enable/disable start/stop lock/unlock mute/unmute ' +
  'follow/unfollow like/unlike subscribe/unsubscribe activate/deactivate publish/unpublish open/close link/unlink assign/unassign pin/unpin ' +
  'star/unstar block/unblock grant/revoke connect/disconnect mount/unmount install/uninstall hide/unhide hide/show associate/disassociate bind/unbind ' +
  'join/leave invite/uninvite approve/unapprove watch/unwatch upvote/downvote set/unset check/uncheck close/reopen trash/untrash flag/unflag hold/release freeze/unfreeze disable/enable silence/unsilence tag/untag label/unlabel'
)
  .split(' ')
  .map((pair) => pair.split('/') as [string, string]);
/** What is created can be deleted again; what is deleted stays deleted. */
const ONE_WAY: readonly (readonly [string, string])[] =
  'create/delete create/remove create/destroy add/delete insert/delete register/unregister register/deregister upload/delete schedule/cancel schedule/unschedule share/unshare post/delete publish/delete save/delete'
    .split(' ')
    .map((pair) => pair.split('/') as [string, string]);

const inverses = new Map<string, string[]>();
const note = (verb: string, inverse: string): void => {
  inverses.set(verb, [...(inverses.get(verb) ?? []), inverse]);
};
for (const [verb, inverse] of PAIRS) {
  note(verb, inverse);
  note(inverse, verb);
}
for (const [verb, inverse] of ONE_WAY) note(verb, inverse);

const SMALL = new Set(['to', 'from', 'on', 'off', 'in', 'of', 'a', 'an', 'the', 'for', 'with', 'and']);
/** Siblings looked at. */
const MAX_SIBLINGS = 2_000;

/** The tools of one server, made ready to look for the inverse of each. Make it once a server. */
export interface Family {
  readonly names: readonly string[];
  /** Words at the beginning of every name that only name the server. */
  readonly prefix: readonly string[];
  readonly nameOf: ReadonlyMap<string, string>;
  /** Names, in lower case, that cannot be ordinary words of a text. */
  readonly mentionable: ReadonlySet<string>;
}

/** Reads the names of a server's tools. */
export function familyOf(names: readonly string[]): Family {
  const read = names.slice(0, MAX_SIBLINGS);
  const words = read.map((name) => nameWords(name).map(({ text }) => text));
  const nameOf = new Map<string, string>();
  for (const [index, list] of words.entries()) {
    const key = keyOf(list);
    const name = read[index];
    if (name !== undefined && !nameOf.has(key)) nameOf.set(key, name);
  }
  const odd = read.filter((name) => /[_\-.]|\p{Ll}\p{Lu}/u.test(name));
  const mentionable = new Set(odd.map((name) => name.toLowerCase()));
  return { names: read, prefix: commonPrefix(words), nameOf, mentionable };
}

/** The words of a name without small ones, in any order: `detach_tag_from_contact` and `attach_tag_to_contact` differ in one. */
function keyOf(words: readonly string[]): string {
  return words.filter((word) => !SMALL.has(word)).join(' ');
}

/** The first word of nine in ten names of a server with at least three tools. */
function commonPrefix(lists: readonly (readonly string[])[]): readonly string[] {
  const counts = new Map<string, number>();
  for (const list of lists) {
    const first = list[0];
    if (first !== undefined && list.length > 1) counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  for (const [word, count] of counts) if (lists.length >= 3 && count >= lists.length * 0.9) return [word];
  return [];
}

/** The sibling that undoes a tool, if the server has one. */
export function inverseOf(name: string, family: Family): string | undefined {
  const words = nameWords(name).map(({ text }) => text);
  for (const [index, word] of words.entries()) {
    for (const inverse of inverses.get(word) ?? []) {
      const sibling = family.nameOf.get(keyOf(words.with(index, inverse)));
      if (sibling !== undefined && sibling !== name) return sibling;
    }
  }
  return undefined;
}
