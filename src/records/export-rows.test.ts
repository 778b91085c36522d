import { describe, expect, it } from 'vitest';
import { CSV_HEADER, csvRow, ndjsonRow } from './export-rows.ts';
import { madeRecord, OK } from './made-record.suite.ts';

const NOON = Date.parse('2026-11-22T12:00:00.000Z');
const stored = (changes: Parameters<typeof madeRecord>[1] = {}) => ({
  ...madeRecord(NOON, { id: 'dec_1', ...changes }),
  ending: OK,
});

describe('csvRow', () => {
  it('has a cell for every column, in their order', () => {
    expect(CSV_HEADER.trimEnd().split(',')).toHaveLength(21);
    expect(csvRow(stored())).toBe(
      'dec_1,2026-11-22T12:00:00.000Z,allow,true,crm,tools/call,pause_campaign,/tools/pause_campaign,,grant_1,newsletter,main,3,campaign,7,2025-11-25,http,ok,200,5,false\r\n',
    );
  });

  it('leaves cells empty that a record has nothing for', () => {
    const row = csvRow({ ...stored({ tool: undefined, policy: undefined }), ending: undefined });
    expect(row.split(',')).toHaveLength(21);
    expect(row).toMatch(/,http,,,,\r\n$/);
  });

  it.each([
    ['=HYPERLINK("http://evil")', `"'=HYPERLINK(""http://evil"")"`],
    ['+1', "'+1"],
    ['-1', "'-1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ['\t=1', "'\t=1"],
    ['\r=1', `"'\r=1"`],
    ['a,b', '"a,b"'],
    ['a"b', '"a""b"'],
    ['two\nlines', '"two\nlines"'],
    ['a=b', 'a=b'],
  ])('writes %j so that no spreadsheet takes it for a formula, a cell or a row', (text, cell) => {
    expect(csvRow(stored({ tool: text }))).toContain(`,tools/call,${cell},/tools/`);
    expect(csvRow(stored({ message: text }))).toContain(`,${cell},grant_1`);
  });
});

describe('ndjsonRow', () => {
  it('is one line of JSON, with nothing a terminal would obey', () => {
    const row = ndjsonRow(stored({ message: 'a\n\u001b[2J\u202e' }));
    expect(row.trimEnd()).not.toMatch(/[\n\u001b\u202e]/);
    expect(JSON.parse(row)).toMatchObject({
      id: 'dec_1',
      at: '2026-11-22T12:00:00.000Z',
      message: 'a\n\u001b[2J\u202e',
    });
  });
});
