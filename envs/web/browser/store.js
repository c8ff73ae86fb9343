// What tells the driver that a page keeps something beyond its document, which
// must be removed before the next episode. To remove what is not there takes
// the browser longer than an episode's start.
(() => {
  if (window.__gymStores || !window.__gymKept) return;
  Object.defineProperty(window, '__gymStores', { value: true });
  const tell = window.__gymKept;
  let told = false;
  const kept = () => { if (!told) { told = true; tell(''); } };
  const watch = (holder, name, way) => {
    const d = holder && Object.getOwnPropertyDescriptor(holder, name);
    if (d && d[way]) Object.defineProperty(holder, name, { ...d, [way](...args) { kept(); return d[way].apply(this, args); } });
  };
  for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches', 'cookieStore', 'sharedStorage']) watch(window, name, 'get');
  for (const name of ['serviceWorker', 'storage', 'storageBuckets', 'locks']) watch(Navigator.prototype, name, 'get');
  watch(Document.prototype, 'cookie', 'set');
  watch(window, 'name', 'set');
  for (const name of ['Worker', 'SharedWorker']) {
    const real = window[name];
    if (real) window[name] = new Proxy(real, { construct(t, args) { kept(); return Reflect.construct(t, args); } });
  }
})();
