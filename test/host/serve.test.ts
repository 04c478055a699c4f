import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FolderServer, serveFolder } from '../../src/host/chrome/index.ts';

const scratch = mkdtempSync(join(tmpdir(), 'flatwalk-serve-'));
let server: FolderServer;

beforeAll(async () => {
  mkdirSync(join(scratch, 'site/sub'), { recursive: true });
  writeFileSync(join(scratch, 'secret.txt'), 'secret');
  writeFileSync(join(scratch, 'site/index.html'), '<title>start</title>');
  writeFileSync(join(scratch, 'site/sub/a b.wgsl'), 'fn main() {}');
  writeFileSync(join(scratch, 'site/app.js'), 'export {};');
  symlinkSync(join(scratch, 'secret.txt'), join(scratch, 'site/link.txt'));
  server = await serveFolder(join(scratch, 'site'));
});
afterAll(async () => {
  await server.close();
  rmSync(scratch, { recursive: true, force: true });
});

/** Asks with the path exactly as written; fetch would tidy it first. */
function ask(path: string, method = 'GET'): Promise<{ status: number | undefined; body: string; type: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(server.origin);
    const asked = request({ hostname, port, path, method }, (response) => {
      let body = '';
      response.on('data', (data: Buffer) => {
        body += data.toString();
      });
      response.on('end', () =>
        resolve({ status: response.statusCode, body, type: response.headers['content-type'] ?? '' }),
      );
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('files with their types, and the index of a folder', async () => {
  expect(await ask('/')).toMatchObject({ status: 200, body: '<title>start</title>', type: 'text/html; charset=utf-8' });
  expect(await ask('/app.js?version=1')).toMatchObject({ status: 200, type: 'text/javascript; charset=utf-8' });
  expect(await ask('/sub/a%20b.wgsl')).toMatchObject({ status: 200, body: 'fn main() {}' });
  expect(await ask('/app.js', 'HEAD')).toMatchObject({ status: 200, body: '' });
});

test('a page is isolated, and only this machine is served', async () => {
  const { headers } = await fetch(server.origin);
  expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
  expect(headers.get('cross-origin-embedder-policy')).toBe('require-corp');
  expect(new URL(server.origin).hostname).toBe('127.0.0.1');
});

test.each(['/../secret.txt', '/%2e%2e/secret.txt', '/..%2fsecret.txt', '/sub/..%2f..%2fsecret.txt', '/link.txt'])(
  'nothing outside the folder: %s',
  async (path) => {
    const { status, body } = await ask(path);
    expect(status).toBe(404);
    expect(body).not.toContain('secret');
  },
);

test('what cannot be answered', async () => {
  expect((await ask('/nothing.html')).status).toBe(404);
  expect((await ask('/sub')).status).toBe(404);
  expect((await ask('/%zz')).status).toBe(400);
  expect((await ask('/a%00b')).status).toBe(400);
  expect((await ask('/', 'POST')).status).toBe(405);
  expect((await ask('/favicon.ico')).status).toBe(204);
});

test('a folder that is not there is an error', async () => {
  await expect(serveFolder(join(scratch, 'nowhere'))).rejects.toMatchObject({ code: 'HOST' });
});
