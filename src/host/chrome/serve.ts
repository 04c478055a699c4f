/** A small server of static files for one browser on this machine. */
import { createReadStream } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { extname, join, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { FlatwalkError } from '../../model/errors.ts';

export interface FolderServer {
  /** Ends without a slash: http://127.0.0.1:PORT */
  readonly origin: string;
  close(): Promise<void>;
}

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.map': 'application/json',
  '.wgsl': 'text/wgsl; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.md': 'text/plain; charset=utf-8',
  '.csv': 'text/csv; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.wasm': 'application/wasm',
  '.woff2': 'font/woff2',
};

/** With these a page is isolated from others: it may use SharedArrayBuffer and the finer timers. */
const headers = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Cache-Control': 'no-store',
  'X-Content-Type-Options': 'nosniff',
};

/** Serves a folder to this machine only, on a port that is free. */
export async function serveFolder(folder: string): Promise<FolderServer> {
  const root = await realpath(folder).catch((cause: unknown) => {
    throw new FlatwalkError('HOST', `There is no folder ${folder} to serve.`, 'Build it first: npm run build', {
      cause,
    });
  });
  const server = createServer((request, response) => {
    answer(root, request, response).catch((error: unknown) => {
      // The browser went away in the middle of a file, or the file cannot be read; it sees a broken answer either way.
      response.destroy(error instanceof Error ? error : undefined);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
  return {
    origin: `http://127.0.0.1:${address.port}`,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}

async function answer(root: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
  const path = readPath(request.url ?? '/');
  if (path === null) return refuse(response, 400);
  const file = await findFile(root, path);
  // Browsers ask for an icon unasked; its absence is no error worth a line in the console.
  if (file === null) return refuse(response, path === '/favicon.ico' ? 204 : 404);
  const type = types[extname(file.path).toLowerCase()] ?? 'application/octet-stream';
  response.writeHead(200, { ...headers, 'Content-Type': type, 'Content-Length': file.size });
  if (request.method === 'HEAD') response.end();
  else await pipeline(createReadStream(file.path), response);
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, headers).end();
}

/** The decoded path of a request, or null where it cannot be decoded. */
function readPath(url: string): string | null {
  try {
    const path = decodeURIComponent(new URL(url, 'http://localhost').pathname);
    return path.includes('\0') ? null : path;
  } catch (error) {
    if (error instanceof URIError || error instanceof TypeError) return null;
    throw error;
  }
}

/** The file a path names, if it is one and lies, all links followed, inside the root. */
async function findFile(root: string, path: string): Promise<{ path: string; size: number } | null> {
  try {
    const wanted = path.endsWith('/') ? `${path}index.html` : path;
    const file = await realpath(join(root, wanted));
    if (!file.startsWith(root + sep)) return null;
    const entry = await stat(file);
    return entry.isFile() ? { path: file, size: entry.size } : null;
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : '';
    if (['ENOENT', 'ENOTDIR', 'ENAMETOOLONG', 'ELOOP'].includes(code)) return null;
    throw error;
  }
}
