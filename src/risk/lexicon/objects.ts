/** Things that tools act on, by what they do to the meaning of a verb. */

/** The words of a list with spaces between them. */
export const setOf = (text: string): ReadonlySet<string> => new Set(text.split(' '));

/** What is made when money is moved or promised. */
export const PAYABLE = setOf(
  'payment payments refund refunds payout payouts charge charges transfer transfers subscription subscriptions order orders checkout invoice invoices donation purchase bid trade trades swap transaction transactions deposit withdrawal withdrawals paymentintent payment_intent paycheck tip bet wager',
);
export const TRADED = setOf(
  'stock stocks share shares token tokens crypto coin coins nft nfts position positions order orders credit credits asset assets eth btc sol usdc usdt currency collateral liquidity futures option options margin leverage',
);
export const ORDERS = setOf('order orders');
export const SUBSCRIPTIONS = setOf('subscription subscriptions');
/** Words of markets: there an order is money. */
export const MARKET = setOf(
  'trade trades trading trader stock stocks broker brokerage market exchange crypto token tokens swap liquidity position positions portfolio limit bracket futures option options defi wallet onchain refund',
);
export const COMMITTING = setOf(
  'hotel hotels flight flights ticket tickets room rooms trip ride taxi rental accommodation restaurant',
);
export const INVITATIONS = setOf('invitation invitations invite invites confirmation reminder');
export const MACHINES = setOf('mouse cursor pointer robot arm motor drone servo gripper');
export const CODE = setOf(
  'command commands code script scripts shell sql javascript js python bash powershell cypher opencypher terminal expression expressions graphql statement statements',
);
/** What is placed when one commits to pay. */
export const PLACED = setOf('order orders bet bets bid bids trade trades wager buy sell purchase');
export const SCREEN = setOf('page browser url tab window app application website site link session');
export const STORED = setOf('snapshot snapshots backup backups database db dump vm');
export const ACTIVITY = setOf(
  'run runs job jobs task workflow workflows execution executions pipeline process build deployment container instance vm service server machine session agent device pod node cluster daemon simulation emulator app application game scan recording',
);
/** Where people of one workspace talk. */
export const CHAT = setOf(
  'channel channels chat chats room thread threads dm slack discord teams telegram lark feishu mattermost zulip matrix conversation workspace group',
);
export const MAIL = setOf(
  'email emails mail mails e-mail newsletter campaign campaigns sms smtp bulk broadcast phone mass subscribers recipients',
);
export const FREE_OF_COST = setOf(
  'notification notifications topic newsletter channel channels webhook event events feed calendar mailing list',
);
export const WEAKNESS = setOf(
  'vulnerability vulnerabilities port ports nmap host hosts network security exploit nikto nuclei subdomain',
);
export const TEXTUAL = setOf(
  'report reports summary summaries analysis insight insights list text description descriptions statistics stats answer response recommendation recommendations explanation overview statement statements suggestion suggestions documentation docs suggestions preview embedding embeddings chart url urls plan plans prompt prompts query queries hash diff completion completions',
);
export const DEBUGGING = setOf('debugger breakpoint breakpoints gdb lldb debug debugging');
export const CONNECTION = setOf('connection connectivity credentials config configuration api endpoint');
/** What a model that only answers is spoken of with. */
export const ANSWERING = setOf(
  'llm llms model models gpt deepseek gemini openai ollama completion completions',
);
/** Things that one performs or runs and that only look: "performs a web search", "runs a health check". */
export const LOOKING = setOf(
  'search searches lookup lookups check checks probe diagnostic diagnostics analysis analyses aggregation aggregations calculation calculations comparison validation verification inspection estimate lint linting explain analytical',
);
/** A query that can only read, said of the query itself. */
export const READ_ONLY = setOf('read-only readonly select');
export const QUERIES = setOf(
  'query queries search searches sql operation operations find statement statements',
);
export const QUERY_LANGUAGE = setOf('sql shell command cypher opencypher graphql statement statements');
/** Who subscribes to these is told, not billed. */
export const TOLD = setOf('notification notifications webhook webhooks event events topic listener pubsub');
export const ON_A_PAGE = setOf('element elements page option options dropdown checkbox tab');
export const OF_MODEL = setOf(
  'image images video videos audio speech music voice 3d photo photos song picture pictures avatar model animation',
);
