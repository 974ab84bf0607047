import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keptAssets } from '../../console/server/assets.ts';
import { cacheDir } from '../support/suite.ts';

const mostJavaScript = 150_000;

test('the console\'s pages are built once: at most 150 KB of JavaScript compressed, nothing inline, nothing of the server', async (t) => {
  const assets = await keptAssets(cacheDir);
  const scripts = [...assets].filter(([path]) => path.endsWith('.js'));
  const size = scripts.reduce((sum, [, { gzip }]) => sum + gzip.length, 0);
  t.diagnostic(`${Math.round(size / 1000)} KB of JavaScript, gzipped`);
  assert.ok(size <= mostJavaScript);
  const html = assets.get('/index.html')?.body.toString() ?? '';
  assert.doesNotMatch(html, /<script(?![^>]* src=)|<style|style=|\son\w+=/);
  for (const [, { body }] of scripts) assert.doesNotMatch(body.toString(), /jsforce|hubapi|@temporalio|ACCESS_TOKEN|CLIENT_SECRET/);
  assert.equal(await keptAssets(cacheDir).then((again) => again.size), assets.size);
});
