/**
 * What a tool says that it does, as one of these acts. `vague` acts (manage, process) say that something happens but not
 * what; the object or the parameters must say more.
 */
export type Act = 'read' | 'write' | 'execute' | 'destroy' | 'pay' | 'vague';

/** One meaning, whatever the language: its act when nothing around it says otherwise, and its English gloss. */
interface ConceptFacts {
  readonly act: Act;
  readonly gloss: string;
}

const fact = (act: Act, gloss: string): ConceptFacts => ({ act, gloss });

/** The meanings that the lexicons map their words to. */
export const CONCEPTS = {
  // looks, and leaves everything as it was
  get: fact('read', 'gets'),
  list: fact('read', 'lists'),
  search: fact('read', 'searches for'),
  read: fact('read', 'reads'),
  show: fact('read', 'shows'),
  check: fact('read', 'checks'),
  count: fact('read', 'counts'),
  compare: fact('read', 'compares'),
  calculate: fact('read', 'calculates'),
  analyze: fact('read', 'analyses'),
  summarize: fact('read', 'summarises'),
  translate: fact('read', 'translates'),
  convert: fact('read', 'converts'),
  preview: fact('read', 'previews'),
  recommend: fact('read', 'recommends'),
  monitor: fact('read', 'monitors'),
  query: fact('read', 'queries'),
  extract: fact('read', 'extracts'),
  export: fact('read', 'exports'),
  download: fact('read', 'downloads'),
  ask: fact('read', 'asks'),
  scan: fact('read', 'scans'),
  // changes something in a way that can be changed back
  create: fact('write', 'creates'),
  add: fact('write', 'adds'),
  update: fact('write', 'updates'),
  set: fact('write', 'sets'),
  rename: fact('write', 'renames'),
  move: fact('write', 'moves'),
  copy: fact('write', 'copies'),
  save: fact('write', 'saves'),
  upload: fact('write', 'uploads'),
  import: fact('write', 'imports'),
  attach: fact('write', 'attaches'),
  detach: fact('write', 'detaches'),
  assign: fact('write', 'assigns'),
  archive: fact('write', 'archives'),
  restore: fact('write', 'restores'),
  rollback: fact('write', 'rolls back'),
  enable: fact('write', 'enables'),
  disable: fact('write', 'disables'),
  pause: fact('write', 'pauses'),
  publish: fact('write', 'publishes'),
  share: fact('write', 'shares'),
  schedule: fact('write', 'schedules'),
  configure: fact('write', 'configures'),
  register: fact('write', 'registers'),
  subscribe: fact('write', 'subscribes'),
  unsubscribe: fact('write', 'unsubscribes'),
  close: fact('write', 'closes'),
  open: fact('write', 'opens'),
  lock: fact('write', 'locks'),
  unlock: fact('write', 'unlocks'),
  merge: fact('write', 'merges'),
  replace: fact('write', 'replaces'),
  write: fact('write', 'writes'),
  submit: fact('write', 'submits'),
  approve: fact('write', 'approves'),
  reject: fact('write', 'rejects'),
  reply: fact('write', 'replies to'),
  cancel: fact('write', 'cancels'),
  upgrade: fact('write', 'upgrades'),
  generate: fact('write', 'generates'),
  login: fact('write', 'signs in'),
  // sets something going that takes its own course
  run: fact('execute', 'runs'),
  trigger: fact('execute', 'triggers'),
  deploy: fact('execute', 'deploys'),
  build: fact('execute', 'builds'),
  start: fact('execute', 'starts'),
  stop: fact('execute', 'stops'),
  restart: fact('execute', 'restarts'),
  resume: fact('execute', 'resumes'),
  invoke: fact('execute', 'calls'),
  send: fact('execute', 'sends'),
  notify: fact('execute', 'notifies'),
  install: fact('execute', 'installs'),
  push: fact('execute', 'pushes'),
  sync: fact('execute', 'synchronises'),
  click: fact('execute', 'clicks'),
  navigate: fact('execute', 'navigates to'),
  activate: fact('execute', 'activates'),
  control: fact('execute', 'controls'),
  debug: fact('execute', 'debugs'),
  test: fact('execute', 'tests'),
  train: fact('execute', 'trains'),
  // takes away for good
  delete: fact('destroy', 'deletes'),
  remove: fact('destroy', 'removes'),
  clear: fact('destroy', 'clears'),
  destroy: fact('destroy', 'destroys'),
  revoke: fact('destroy', 'revokes'),
  kill: fact('destroy', 'kills'),
  reset: fact('destroy', 'resets'),
  uninstall: fact('destroy', 'uninstalls'),
  overwrite: fact('destroy', 'overwrites'),
  // moves money or commits to it
  pay: fact('pay', 'pays'),
  buy: fact('pay', 'buys'),
  sell: fact('pay', 'sells'),
  charge: fact('pay', 'charges'),
  refund: fact('pay', 'refunds'),
  transfer: fact('pay', 'transfers'),
  withdraw: fact('pay', 'withdraws'),
  deposit: fact('pay', 'deposits'),
  exchange: fact('pay', 'exchanges'),
  order: fact('pay', 'orders'),
  book: fact('pay', 'books'),
  donate: fact('pay', 'donates'),
  // says that something happens, not what
  manage: fact('vague', 'manages'),
  process: fact('vague', 'processes'),
} as const satisfies Record<string, ConceptFacts>;

export type Concept = keyof typeof CONCEPTS;

/** How serious an act is, for taking the worst of several. */
export const SEVERITY: Readonly<Record<Act, number>> = {
  read: 0,
  vague: 0.5,
  write: 1,
  execute: 2,
  destroy: 3,
  pay: 4,
};
