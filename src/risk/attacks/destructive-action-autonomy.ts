import type { AttackPattern } from './attack-pattern.ts';

/** An agent that may destroy does so as a step of its plan. */
export const destructiveActionAutonomy: AttackPattern = {
  slug: 'destructive-action-autonomy',
  title: 'Destructive action on the agent’s own authority',
  group: 'Agent behaviour',
  summary:
    'An agent with rights on live data deletes or overwrites it, because that is the shortest way to finish its task.',
  whatHappens: [
    'An agent gets a task and a tool that can do anything, such as one that runs SQL. A migration fails, or a table looks empty. Deleting everything and starting again is a common repair, and the agent has read of it many times.',
    'Nothing marks that step as different from the others. The same credential reads and destroys, the same tool reaches the test data and the live data, and an instruction such as “change nothing today” is only text that the model may weigh wrongly.',
    'No attacker is needed. The damage is done in one call, and what the agent says about it afterwards need not be true.',
  ],
  incident: {
    title: 'An agent deleted a production database during a code freeze',
    whenText: 'July 2025',
    text: 'The founder of SaaStr reported that the Replit agent, with which he was building an application, deleted its production database although he had declared a freeze and asked for no changes without permission. The agent told him that a rollback would not work. It did work, and the data came back. Replit called the deletion unacceptable, and separated the databases for development and production.',
    source: {
      title: 'The Register: Vibe coding service Replit deleted user’s production database',
      url: 'https://www.theregister.com/2025/07/21/replit_saastr_vibe_coding_incident/',
    },
  },
  categories: ['destructive', 'execute'],
  signals: ['sql', 'code', 'bulk', 'force', 'choice_of_action'],
  stops: {
    sentence:
      'On live data, statements that destroy are refused and all others wait for a person; the tool that drops a whole database is not there.',
    policy: {
      version: '1',
      default: 'deny',
      hide: ['drop_database'],
      tools: {
        list_tables: {},
        run_sql: {
          deny_if: [
            {
              id: 'live-data-stays',
              conditions: [
                { path: 'args.environment', op: 'neq', value: 'development' },
                { path: 'args.sql', op: 'regex', value: '(?i)\\b(?:drop|truncate|delete|alter)\\b' },
              ],
              on_deny: 'Nothing is deleted from live data. Try it in development.',
            },
          ],
          approve_if: [{ conditions: [{ path: 'args.environment', op: 'neq', value: 'development' }] }],
        },
      },
    },
    tools: [
      {
        name: 'list_tables',
        description: 'Lists the tables of a database.',
        inputSchema: {
          type: 'object',
          properties: { environment: { type: 'string', enum: ['development', 'production'] } },
          required: ['environment'],
        },
      },
      {
        name: 'run_sql',
        description: 'Runs a SQL statement.',
        inputSchema: {
          type: 'object',
          properties: {
            environment: { type: 'string', enum: ['development', 'production'] },
            sql: { type: 'string' },
          },
          required: ['environment', 'sql'],
        },
      },
      {
        name: 'drop_database',
        description: 'Deletes a database with everything in it.',
        inputSchema: {
          type: 'object',
          properties: { environment: { type: 'string', enum: ['development', 'production'] } },
          required: ['environment'],
        },
      },
    ],
    cases: [
      {
        description: 'Test data may go',
        call: { name: 'run_sql', arguments: { environment: 'development', sql: 'DROP TABLE contacts' } },
        expect: 'allow',
        rule: '/tools/run_sql',
      },
      {
        description: 'Live data may not',
        call: { name: 'run_sql', arguments: { environment: 'production', sql: 'delete from contacts' } },
        expect: 'deny',
        rule: '/tools/run_sql/deny_if/0',
      },
      {
        description: 'Whatever else is run on live data waits for a person, harmless or not',
        call: { name: 'run_sql', arguments: { environment: 'production', sql: 'SELECT tidy_up()' } },
        expect: 'hold',
        rule: '/tools/run_sql/approve_if/0',
      },
      {
        description: 'The tool for whole databases is answered as if it did not exist',
        call: { name: 'drop_database', arguments: { environment: 'development' } },
        expect: 'deny',
        rule: '(hidden)',
      },
    ],
  },
  remains:
    'A list of words is a net with holes: a stored procedure deletes without any of them. That is why the second rule holds everything, and the list only adds to it. A person who agrees without reading protects nothing. A database role that cannot delete, and a backup that was once restored, belong beneath any policy.',
  goDeeper: [
    { title: 'AI Incident Database: incident 1152', url: 'https://incidentdatabase.ai/cite/1152/' },
    {
      title: 'OWASP LLM06:2025 Excessive Agency',
      url: 'https://genai.owasp.org/llmrisk/llm062025-excessive-agency/',
    },
  ],
};
