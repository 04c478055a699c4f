/**
 * Keeps the page for use without network. The build puts two constants in front: FILES, the names of all that the page ever
 * loads, relative to it, and VERSION, which differs where any of them does.
 *
 * A cache is filled once and never changed, so that what it holds fits together. The page itself comes from the network while
 * there is one, so that a new version shows; everything else has a name that changes with its contents. The cache of an old
 * version goes when no page of it is open. Nothing but FILES is touched: runner.html is not ours.
 */
/* global FILES, VERSION */
const scope = self.registration.scope;
// Another copy of the page may live elsewhere on the same server.
const prefix = `flatwalk ${scope} `;
const cacheName = prefix + VERSION;
const page = new URL('./', scope).href;
const known = new Map(FILES.map((name) => [new URL(name, scope).href, name]));

self.addEventListener('install', (event) => event.waitUntil(fill()));
self.addEventListener('activate', (event) => event.waitUntil(tidy().then(() => self.clients.claim())));
self.addEventListener('fetch', (event) => {
  const { origin, pathname } = new URL(event.request.url);
  const address = origin + pathname;
  if (event.request.method !== 'GET') return;
  if (address === page || address === `${page}index.html`) event.respondWith(newest(event.request));
  else if (known.has(address)) event.respondWith(kept(address, event.request));
});

async function fill() {
  const cache = await caches.open(cacheName);
  await cache.addAll([page, ...known.keys()].map((address) => new Request(address, { cache: 'no-cache' })));
}

async function tidy() {
  const names = await caches.keys();
  await Promise.all(
    names.filter((name) => name.startsWith(prefix) && name !== cacheName).map((name) => caches.delete(name)),
  );
}

async function kept(address, request) {
  const cache = await caches.open(cacheName);
  return (await cache.match(address)) ?? fetch(request);
}

async function newest(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok || answer.type === 'opaqueredirect') return answer;
    return (await kept(page, request)) ?? answer;
  } catch {
    return kept(page, request);
  }
}
