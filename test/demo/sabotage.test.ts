import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { freePort } from '../../worker/ports.ts';
import { cacheDir } from '../support/suite.ts';

const root = join(import.meta.dirname, '../..');
const directory = await mkdtemp(join(tmpdir(), 'sluice-demo-'));
after(() => rm(directory, { recursive: true, force: true }));

/** The demo must notice a Sluice that is broken in a way that its own answers hide. */
describe('npm run demo -- --once', { timeout: 400_000 }, () => {
  test('ends with 0 and every step held', async () => {
    const { code, output, errors } = await runDemo(root);
    assert.equal(code, 0, errors + output);
    assert.match(output, /Every step held\./);
    assert.equal(output.match(/^Step \d of 8, /gm)?.length, 8);
    assert.doesNotMatch(output, /^ {2}NOT /m);
  });

  test('ends with 1 at the import where the gate is forced open', async () => {
    const project = await copyWith('sync/gate.ts', [["case 'outside':\n      return { kind: 'outside',", "case 'outside':\n      return { kind: 'open',"]]);
    const { code, output, errors } = await runDemo(project);
    assert.equal(code, 1, output);
    assert.match(errors, /^Step 4 of 8, import Leads and Contacts, then fill the members, did not hold:$/m);
    assert.match(errors, /^ {2}non-members created with their email only: expected 155, found 0$/m);
    assert.match(errors, /^ {2}records of non-members that carry a HubSpot id: expected 0, found [1-9]\d*$/m);
  });

  test('ends with 1 at the import where decide never writes', async () => {
    const project = await copyWith('sync/decide.ts', [['const sorted = { hubspot: inOrder(hubspot), salesforce: inOrder(salesforce),', 'const sorted = { hubspot: {}, salesforce: {},']]);
    const { code, output, errors } = await runDemo(project);
    assert.equal(code, 1, output);
    assert.match(errors, /^Step 4 of 8, import Leads and Contacts, then fill the members, did not hold:$/m);
    assert.match(errors, /^ {2}members with their Salesforce values in HubSpot: expected 284, found \d\d?$/m);
  });

  test('ends with 1 at the import where the import brings more than the email', async () => {
    const project = await copyWith('activities/page/create-missing.ts', [['emails.map((email) => ({ email }))', "emails.map((email) => ({ email, phone: '+1 555 0100' }))"]]);
    const { code, output, errors } = await runDemo(project);
    assert.equal(code, 1, output);
    assert.match(errors, /^Step 4 of 8, import Leads and Contacts, then fill the members, did not hold:$/m);
    assert.match(errors, /^ {2}non-members created with their email only: expected 155, found 0$/m);
  });

  test('says in one sentence what it does not understand', async () => {
    const { code, output, errors } = await runDemo(root, ['--twice']);
    assert.equal(code, 1);
    assert.match(errors, /^Unknown option '--twice'.*The demo takes --once alone: end after the story\.\n$/s);
    assert.equal(output, '');
  });
});

/** A copy of the project in which some text of one file is replaced. */
async function copyWith(file: string, replacements: [text: string, by: string][]): Promise<string> {
  const project = await mkdtemp(join(directory, 'project-'));
  const leftOut = new Set(['node_modules', '.git', '.data', '.cache', 'test']);
  await cp(root, project, { recursive: true, filter: (path) => !leftOut.has(basename(path)) });
  await symlink(join(root, 'node_modules'), join(project, 'node_modules'));
  let source = await readFile(join(project, file), 'utf8');
  for (const [text, by] of replacements) {
    assert.equal(source.split(text).length, 2, `${file} must hold this text once, or the test changes nothing: ${text}`);
    source = source.replace(text, () => by);
  }
  await writeFile(join(project, file), source);
  return project;
}

interface Run {
  code: number | null;
  output: string;
  errors: string;
}

/** A free port may be taken by another test before the demo listens on it; then it is tried once more. */
async function runDemo(project: string, args = ['--once']): Promise<Run> {
  const run = await runOnce(project, args);
  return /^Port \d+ .* is in use/.test(run.errors) ? runOnce(project, args) : run;
}

async function runOnce(project: string, args: string[]): Promise<Run> {
  const names = ['SLUICE_TEMPORAL_PORT', 'SLUICE_TEMPORAL_UI_PORT', 'SANDBOX_HUBSPOT_PORT', 'SANDBOX_SALESFORCE_PORT'];
  const ports = await Promise.all(names.map(async (name) => [name, String(await freePort())] as const));
  return new Promise((resolve) => {
    const env = { ...process.env, ...Object.fromEntries(ports), SLUICE_CACHE_DIR: cacheDir };
    const child = execFile(process.execPath, [join(project, 'demo/main.ts'), ...args], { env, timeout: 120_000, killSignal: 'SIGTERM' }, (_, output, errors) => resolve({ code: child.exitCode, output, errors }));
  });
}
