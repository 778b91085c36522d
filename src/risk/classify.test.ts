import { describe, expect, it } from 'vitest';
import { classify, classifyServer, governingCategory } from './classify.ts';

const params = (properties: Record<string, object>) => ({ inputSchema: { type: 'object', properties } });
const categoryOf = (name: string, description = '', more: object = {}, siblings: string[] = []) =>
  classify({ name, description, ...more }, siblings).category;

describe('the worked example', () => {
  const [pause, resume] = classifyServer([
    { name: 'fluentcrm_pause_campaign', description: 'Wstrzymuje kampanię' },
    { name: 'fluentcrm_resume_campaign', description: 'Wznawia kampanię' },
    { name: 'fluentcrm_delete_campaign', description: 'Usuwa kampanię' },
  ]);

  it('is a Write tool of medium risk that its sibling undoes', () => {
    expect(pause).toMatchObject({
      category: 'write',
      level: 'medium',
      reversibleBy: 'fluentcrm_resume_campaign',
      rationale:
        'It pauses a campaign, which modifies state reversibly: `fluentcrm_resume_campaign` undoes it.',
    });
    expect(pause?.confidence).toBeGreaterThan(0.9);
  });

  it('quotes the Polish words and translates them', () => {
    expect(pause?.evidence).toEqual([
      {
        source: 'description',
        quote: 'Wstrzymuje kampanię',
        language: 'pl',
        translation: 'pauses a campaign',
      },
      { source: 'name', quote: 'pause' },
      { source: 'sibling', quote: 'fluentcrm_resume_campaign' },
    ]);
  });

  it('has a sibling that executes, for mail goes out at once', () => {
    expect(resume).toMatchObject({ category: 'execute', level: 'high' });
    expect(resume?.rationale).toBe(
      'Its Polish description says that it resumes a campaign; mail goes out, and cannot be called back.',
    );
  });
});

describe('what nothing tells', () => {
  it.each([
    ['a bare name', 'kubectl', ''],
    ['an empty description', 'x', ' '],
    ['no verb', 'portal', 'The portal of the house'],
    ['no text at all', '_', '—'],
  ])('is unknown and at the level of execute: %s', (_, name, description) => {
    const found = classify({ name, description });
    expect(found).toMatchObject({ category: 'unknown', level: 'high', confidence: 0, evidence: [] });
    expect(governingCategory(found)).toBeUndefined();
  });

  it('is unknown when the description is too long to be read to its end', () => {
    const found = classify({ name: 'get_x', description: `Gets x. ${'Really it does. '.repeat(2_000)}` });
    expect(found.category).toBe('unknown');
    expect(found.rationale).toContain('too long');
  });
});

describe('money', () => {
  it.each([
    ['list_charges', 'List charges', 'read'],
    ['get_invoice', 'Returns an invoice', 'read'],
    ['get_subscription', 'Retrieve a subscription', 'read'],
    ['manage_notification_subscription', 'Manage a notification subscription', 'write'],
    ['exchange_rates', 'Exchange rates of the day', 'read'],
    ['preview_move', 'Preview a move of money between pots', 'read'],
    ['create_payment_link', 'Create a payment link', 'financial'],
    ['create_order_note', 'Create a note on an order', 'write'],
    ['issue_refund', 'Issue a refund for an order', 'financial'],
    ['update_payment_method', 'Update the payment method label', 'write'],
    ['send_tokens', 'Send tokens to an address', 'financial'],
    ['transfer_ownership', 'Transfer ownership of a repository', 'write'],
    ['charge_battery', 'Charge the battery of the device', 'execute'],
    ['book_flight', 'Book a flight for a passenger', 'financial'],
    ['book_meeting', 'Book a slot in the calendar', 'write'],
  ])('%s: %s: %s', (name, description, category) => {
    expect(categoryOf(name, description)).toBe(category);
  });
});

describe('precedence', () => {
  it.each([
    ['sync', 'Lists, updates and deletes records', 'destructive'],
    ['handle', 'Creates a record and refunds the payment', 'financial'],
    ['tidy', 'Archives and runs the clean-up job', 'execute'],
    ['get_or_create_tag', '', 'write'],
    ['create_or_delete_tag', '', 'destructive'],
    ['update_page', 'Updates a page. The old version is deleted.', 'destructive'],
    ['merge_records', 'Merges two records. This cannot be undone.', 'destructive'],
  ])('takes the worst of what is said: %s: %s: %s', (name, description, category) => {
    expect(categoryOf(name, description)).toBe(category);
  });

  it.each([
    ['validate_query', 'Checks a query without running it'],
    ['preview_cancellation', 'Preview what cancelling a plan would cost'],
    ['estimate_fees', 'Estimate the fees of a payment'],
    ['find_user', 'Finds a user by e-mail'],
    ['get_session', 'Poll a session that create_session made'],
  ])('lets what only looks be Read: %s: %s', (name, description) => {
    expect(categoryOf(name, description)).toBe('read');
  });
});

describe('words that do not count', () => {
  it.each([
    ['negation', 'check_disk', 'Checks the disk. It does not delete anything.'],
    ['negation without a verb of its own', 'check_disk', 'Checks the disk without deleting or moving files'],
    ['nothing', 'get_report', 'Gives a report. Sends nothing.'],
    ['a mention of another tool', 'find_user', 'Finds a user. Use delete_user to remove one.'],
    ['a mention of a sibling', 'find_user', 'Finds a user before `purge` deletes the account.'],
    ['an adjective', 'list_items', 'List deleted, archived and sent items'],
    ['an aside', 'get_plan', 'Gets the plan (deletes are shown in red)'],
    ['advice', 'get_plan', 'Gets the plan. Call this before you delete a project.'],
    ['Polish negation', 'x', 'Sprawdza dane i niczego nie usuwa'],
    ['German negation behind the verb', 'x', 'Prüft die Daten, löscht sie nicht'],
    ['French negation', 'x', 'Vérifie les données, ne supprime rien'],
    ['Chinese negation', 'x', '查询数据，不会删除任何内容'],
    ['Japanese negation', 'x', 'データを確認します。削除しません。'],
    ['Korean negation', 'x', '데이터를 삭제하지 않고 조회합니다'],
    ['Turkish negation', 'x', 'Verileri kontrol eder, silmez'],
    ['Czech negation', 'x', 'Zkontroluje data, nemaže je'],
    ['Russian negation', 'x', 'Проверяет данные, не удаляет их'],
  ])('%s', (_, name, description) => {
    expect(categoryOf(name, description, {}, [name, 'purge', 'delete_user'])).toBe('read');
  });
});

describe('forms of words', () => {
  it.each([
    ['passive', 'x', 'The record is permanently deleted', 'destructive'],
    ['nominal', 'x', 'Deletion of a record', 'destructive'],
    ['openers', 'x', 'This tool allows you to permanently delete a record', 'destructive'],
    ['gerund', 'x', 'Deleting records by id', 'destructive'],
    ['camel case', 'bulkDeleteUsers', '', 'destructive'],
    ['kebab case', 'user-delete', '', 'destructive'],
    ['dots', 'users.delete', '', 'destructive'],
    ['capitals', 'DELETE_USER', '', 'destructive'],
    ['the noun first', 'order_create', '', 'financial'],
    ['a word that is also a noun', 'message_delete', '', 'destructive'],
    ['a view of something', 'run_history', 'History of runs', 'read'],
    ['full-width letters', 'ｄｅｌｅｔｅ_user', '', 'destructive'],
    ['invisible characters', 'de\u200blete_user', '', 'destructive'],
    ['a foreign name', 'eliminar_usuario', '', 'destructive'],
    ['a Chinese name', '删除用户', '', 'destructive'],
    ['two languages', 'x', 'Delete a layer / レイヤーを削除', 'destructive'],
  ])('%s', (_, name, description, category) => {
    expect(categoryOf(name, description)).toBe(category);
  });

  it.each([
    ['behind a heading', 'Weather tool. Gets the forecast of a city.', 'read'],
    ['behind advice', 'IMPORTANT: call list_x first. Deletes the record.', 'destructive'],
    [
      'in advice',
      'Use this tool when the user wants to remove a file. It permanently deletes it.',
      'destructive',
    ],
    ['joined by an adverb', 'Archive or permanently delete a page', 'destructive'],
    ['a list of acts', 'Key-value store. Supports get, set and delete operations.', 'destructive'],
    [
      'acts named like tools',
      'Levels of the game; actions: get_outliner, place_actor, delete_actor',
      'destructive',
    ],
    ['a list that is only shown', 'Lists all commands: run, stop, delete', 'read'],
    ['a verb in two parts', 'Setzt das Passwort eines Kunden zurück', 'write'],
    ['another verb of the same first part', 'Setzt den Versand fort', 'execute'],
    ['a verb that ends in -ly', 'Apply a label to a message', 'write'],
    [
      'arguments below',
      'Search notes.\n\nArgs:\n  delete: ignored\nReturns:\n  deleted and sent notes',
      'read',
    ],
  ])('are found where they stand: %s', (_, description, category) => {
    expect(categoryOf('x', description)).toBe(category);
  });

  it('tells of invisible characters', () => {
    expect(classify({ name: 'de\u200blete' }).hasHiddenText).toBe(true);
    expect(classify({ name: 'get', description: 'Gets \u202eit' }).hasHiddenText).toBe(true);
    expect(classify({ name: 'get', description: 'Gets it' }).hasHiddenText).toBe(false);
  });
});

describe('siblings', () => {
  it('make taking away a change that can be undone', () => {
    const siblings = ['add_member', 'remove_member', 'remove_team'];
    expect(classify({ name: 'remove_member' }, siblings)).toMatchObject({
      category: 'write',
      reversibleBy: 'add_member',
    });
    expect(categoryOf('remove_team', '', {}, siblings)).toBe('destructive');
    expect(categoryOf('remove_member', 'Removes a member permanently', {}, siblings)).toBe('destructive');
  });

  it('do not bring back what was deleted', () => {
    expect(classify({ name: 'delete_note' }, ['create_note', 'delete_note'])).not.toHaveProperty(
      'reversibleBy',
    );
  });
});

describe('parameters', () => {
  it('let the caller choose the worst of the acts', () => {
    const action = { enum: ['list', 'create', 'delete_all'] };
    const found = classify({ name: 'projects', description: 'Work with projects', ...params({ action }) });
    expect(found).toMatchObject({
      category: 'destructive',
      parameterSignals: [{ kind: 'choice_of_action', parameter: 'action' }],
    });
    expect(found.evidence[0]).toEqual({ source: 'parameter', quote: 'delete_all' });
    const constants = { oneOf: [{ const: 'list' }, { const: 'delete' }] };
    expect(categoryOf('projects', 'Work with projects', params({ action: constants }))).toBe('destructive');
  });

  it('let the caller send whatever request the methods allow', () => {
    const method = { enum: ['GET', 'POST', 'DELETE'] };
    expect(categoryOf('request', 'Work with the API', params({ method }))).toBe('execute');
    // the method of a request that is only written down
    expect(categoryOf('update_request', 'Updates a saved request', params({ method }))).toBe('write');
  });

  it('that tell what happened or what a created thing will do are no choice of acts', () => {
    const states = { enum: ['assigned', 'mentioned', 'build_failed', 'marked', 'pending'] };
    expect(categoryOf('list_todos', 'List to-do items', params({ action: states }))).toBe('read');
    const rule = { enum: ['accept', 'reject', 'drop'] };
    expect(categoryOf('create_rule', 'Create a firewall rule', params({ action: rule }))).toBe('write');
  });

  it.each([
    ['a query', 'query', 'Query the database', { sql: { type: 'string' } }],
    ['a command where no word tells', 'terminal', '', { command: { type: 'string' } }],
  ])('that run what they are given make a tool execute: %s', (_, name, description, properties) => {
    expect(categoryOf(name, description, params(properties))).toBe('execute');
  });

  it('that take code as text to look at do not', () => {
    expect(categoryOf('format_code', 'Format source code', params({ code: { type: 'string' } }))).toBe(
      'read',
    );
  });
});

describe('annotations', () => {
  it.each([
    ['delete_user', 'Deletes a user', { readOnlyHint: true, destructiveHint: false }, 'destructive'],
    ['run_job', 'Runs a job', { readOnlyHint: true }, 'execute'],
    ['portal', 'The portal', { readOnlyHint: true }, 'unknown'],
    ['portal', 'The portal', { destructiveHint: true }, 'destructive'],
    ['get_next', 'Gets the next entry', { readOnlyHint: false }, 'write'],
    ['get_next', 'Gets the next entry', { destructiveHint: true }, 'write'],
    ['get_next', 'Gets the next entry', { readOnlyHint: true, destructiveHint: true }, 'read'],
    ['update_user', 'Updates a user', { destructiveHint: true }, 'write'],
  ])('raise a class and never lower one: %s: %s %j: %s', (name, description, annotations, category) => {
    expect(categoryOf(name, description, { annotations })).toBe(category);
  });
});

describe('claims in the description', () => {
  it.each([
    ['delete_user', 'Read-only. Deletes a user.', 'destructive'],
    ['delete_user', 'Changes nothing.', 'destructive'],
    ['generate_link', 'Generates a link. Changes nothing.', 'read'],
  ])('that nothing changes do not outweigh a verb: %s: %s: %s', (name, description, category) => {
    expect(categoryOf(name, description)).toBe(category);
  });
});

describe('the class that governs', () => {
  it.each([
    ['get_user', 'Gets a user', 'read'],
    ['delete_user', 'Deletes a user', 'destructive'],
    ['kubectl', '', undefined],
    ['snapshot_management', '', undefined], // a doubtful Write is not relied on
    ['order', '', 'financial'], // a doubtful Financial is
  ])('%s: %s: %s', (name, description, category) => {
    expect(governingCategory(classify({ name, description }))).toBe(category);
  });
});

it.each([
  [
    'members of other types',
    { name: 'get_user', title: 5, description: {}, inputSchema: 'x', annotations: [] },
  ],
  ['null', { name: 'get_user', title: null, description: null, inputSchema: null, annotations: null }],
  ['properties as a list', { name: 'get_user', inputSchema: { properties: ['a'] } }],
  ['a name like a member of every object', { name: '__proto__', description: 'constructor' }],
])('takes any definition: %s', (_, tool) => {
  expect(() => classify(tool, ['__proto__', 'toString'])).not.toThrow();
});

describe('what is run, taken away or moved', () => {
  it.each<[category: string, name: string, description: string]>([
    ['read', 'web_search', 'Performs a web search with a search engine'],
    ['read', 'health', 'Run a lightweight health check'],
    ['read', 'run_query', 'Run a read-only SQL query'],
    ['execute', 'run_query', 'Run a SQL query'],
    ['destructive', 'sql', 'Execute queries (INSERT/UPDATE/DELETE) on the database'],
    ['write', 'delete_task', 'Move a task to the trash, where it can be recovered'],
    ['destructive', 'delete_task', 'Delete a task. It cannot be recovered.'],
    ['write', 'transfer_issues', 'Transfer issues from one cycle to another'],
    ['financial', 'transfer', 'Transfer tokens to another wallet'],
    ['write', 'mint_link', 'Mint a signed preview URL for one page'],
    ['financial', 'mint', 'Mint an NFT in the collection'],
    ['write', 'set_fields', 'Places signature fields on a document'],
    ['financial', 'place_bet', 'Places a bet on a match'],
    ['write', 'access_grants', 'Grant or revoke access of a user'],
    ['execute', 'operate', 'Utilizes a model to autonomously execute tasks in a browser'],
    ['read', 'sync_status', 'The last run, with its duration'],
    ['read', 'wordpress_updates', 'Returns the updates of an installation. Needs a login.'],
    ['read', 'listWordPressUpdates', ''],
    ['execute', 'fetch', 'HTTP requests with a method, headers and body'],
  ])('%s: %s, "%s"', (category, name, description) => {
    expect(categoryOf(name, description)).toBe(category);
  });

  it('quotes the words by which a deletion can be taken back', () => {
    const found = classify({
      name: 'delete_note',
      description: 'Deletes a note. It can be restored for a month.',
    });
    expect(found).toMatchObject({ category: 'write' });
    expect(found.evidence).toContainEqual({ source: 'description', quote: 'can be restored' });
  });

  it('says what a tool does in the language that the text begins with', () => {
    expect(categoryOf('get_document_list', 'List documents, used for відправлення документів')).toBe('read');
  });
});
