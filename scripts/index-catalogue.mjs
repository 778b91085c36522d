// Makes the index of the shipped records, so that the pages are there at the first request. Part of the build; where it cannot be
// made, `toolgate serve` makes it in its data folder when somebody asks for a page.
import { spawnSync } from 'node:child_process';

const args = ['bin/toolgate', 'catalogue', 'index', '--unless-current', '--out', 'dist/catalogue.db'];
const { status } = spawnSync(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit'] });
if (status !== 0)
  console.error('The index of the catalogue was not made; it is made later, when a page is asked for.');
