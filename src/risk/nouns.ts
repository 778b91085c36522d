/** The things that tools act on, as far as they change what an act means. `plain` ones only serve translations. */
const GROUPS = {
  money: 'payment invoice refund money subscription transaction transfer payout wallet order share crypto',
  mail: 'email newsletter campaign notification sms',
  chat: 'message channel',
  code: 'command code script sql',
  media: 'image video audio',
  process: 'workflow process job service server deployment agent',
  data: 'details status statistics report information price weather history overview result',
  plain:
    'contact list tag file folder user account page document record database table task event comment product customer template webhook automation link field message note project calendar key password cache data item',
} as const;

type Words<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Words<Rest> : Text;
export type NounGroup = keyof typeof GROUPS;
export type Noun = Words<(typeof GROUPS)[NounGroup]>;

const groupOf = new Map<string, NounGroup>();
for (const [group, words] of Object.entries(GROUPS) as [NounGroup, string][])
  for (const word of words.split(' ')) if (!groupOf.has(word)) groupOf.set(word, group);

/** The group of a noun of the lexicons. */
export function nounGroupOf(noun: Noun): NounGroup {
  return groupOf.get(noun) ?? 'plain';
}

/** English words for the groups, singular; tools are named in English nearly everywhere. */
const ENGLISH: Readonly<Record<Exclude<NounGroup, 'plain'>, string>> = {
  money:
    'payment invoice refund payout money fund funds charge transaction wallet crypto cryptocurrency usdc usdt bitcoin btc eth sol nft checkout billing credits stock position deposit withdrawal purchase subscription trade donation dollar usd cash balance coin stablecoin token liquidity swap paycheck bid',
  mail: 'email mail e-mail newsletter campaign sms notification alert smtp mailing inbox',
  chat: 'message chat channel slack telegram discord whatsapp dm lark feishu imessage tweet reaction room thread conversation',
  code: 'command shell code script sql javascript js python bash powershell powershell expression cypher graphql terminal',
  media: 'image video audio speech music voice 3d picture photo song animation avatar',
  process:
    'workflow process job service server deployment agent pipeline container instance vm cluster task run execution build daemon machine lambda function application app browser session automation lead sequence',
  data: 'detail details status statistics stats stat report information info price prices weather forecast history overview summary result results metadata metrics metric schema catalog catalogue documentation docs data analysis insights insight rate rates score scores list listing spread profile profiles quote quotes version health usage logs log timeline ranking rankings leaderboard hours availability balance help capabilities dashboard trend trends news distance directions guide reference definition definitions lookup schedule readings fee fees ticker candles holdings',
};

const englishGroups = new Map<string, Set<NounGroup>>();
for (const [group, words] of Object.entries(ENGLISH) as [NounGroup, string][])
  for (const word of words.split(' ')) {
    const groups = englishGroups.get(word) ?? new Set();
    englishGroups.set(word, groups.add(group));
  }

const NO_GROUPS: ReadonlySet<NounGroup> = new Set();

/** The groups of an English word, singular or plural, in lower case. */
export function englishNounGroups(word: string): ReadonlySet<NounGroup> {
  return (
    englishGroups.get(word) ??
    (word.endsWith('ies') ? englishGroups.get(`${word.slice(0, -3)}y`) : undefined) ??
    (word.endsWith('es') ? englishGroups.get(word.slice(0, -2)) : undefined) ??
    (word.endsWith('s') ? englishGroups.get(word.slice(0, -1)) : undefined) ??
    NO_GROUPS
  );
}
