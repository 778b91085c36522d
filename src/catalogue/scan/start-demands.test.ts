import { describe, expect, it } from 'vitest';
import { addDemands } from './start-demands.ts';
import { dummyArgument, dummyValue } from './dummy-environment.ts';
import { documentationOf } from './npm-package.ts';

const demandsOf = (complaint: string): { environment: string[]; flags: string[] } => {
  const demands = { environment: new Set<string>(), flags: new Set<string>() };
  addDemands(complaint, demands);
  return { environment: [...demands.environment], flags: [...demands.flags] };
};

describe('what a server asks for while it refuses to start', () => {
  it.each([
    ['Please provide MAKE_API_KEY environment variable.', ['MAKE_API_KEY'], []],
    ['Missing required argument: --project-id', [], ['--project-id']],
    ['use --api-key=$KEY or set STRIPE_SECRET_KEY', ['STRIPE_SECRET_KEY'], ['--api-key']],
    ['Error [ERR_MODULE_NOT_FOUND]: try --help', [], []],
  ])('%s', (complaint, environment, flags) => {
    expect(demandsOf(complaint)).toEqual({ environment, flags });
  });
});

describe('made-up values', () => {
  it.each([
    ['MONGODB_URI', /^mongodb:/],
    ['DATABASE_URL', /^postgresql:/],
    ['API_BASE_URL', /^http:\/\/127\.0\.0\.1:9$/],
    ['SERVICE_PORT', /^\d+$/],
    ['GITHUB_TOKEN', /^ghp_/],
    ['STORAGE_DIR', /^\/home\/agent/],
    ['ENABLE_WRITES', /^false$/],
    ['ANYTHING', /^dummy$/],
  ])('%s looks like what it stands for', (name, form) => {
    expect(dummyValue(name)).toMatch(form);
  });

  it.each([
    ['/path/to/allowed/files', '/home/agent'],
    ['--api-key=YOUR_API_KEY', /^--api-key=dummy/],
    ['<database-url>', /^postgresql:/],
    ['--stdio', '--stdio'],
    ['server', 'server'],
  ])('the argument %s', (text, value) => {
    expect(dummyArgument(text)).toMatch(value);
  });
});

describe('the documentation of a package', () => {
  it('names variables and arguments in its start blocks', () => {
    const readme = `
\`\`\`json
{ "mcpServers": { "x": { "command": "npx", "args": ["-y", "x-mcp@latest", "server", "--stdio"],
  "env": { "X_KEY": "…", "X_URL": "…" } },
  "local": { "command": "node", "args": ["/path/to/dist/index.js"] } } }
\`\`\`
export X_REGION=eu
The variable \`X_MODE_NAME\` is optional.`;
    expect(documentationOf(readme)).toEqual({
      environment: ['X_KEY', 'X_URL'],
      mentioned: ['X_REGION', 'X_MODE_NAME'],
      arguments: [['server', '--stdio']],
    });
  });

  it('may be long and odd', () => {
    expect(documentationOf(`"env": {${'"A":'.repeat(50_000)}`).environment).toEqual([]);
    expect(documentationOf('"args": ['.repeat(20_000)).arguments).toEqual([]);
  });
});
