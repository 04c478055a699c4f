/**
 * Runs first, and in browsers too old for all else: sets the theme that was chosen, and finds words for a page that does not
 * start. Plain old JavaScript, which is not built.
 */
(function () {
  var theme = null;
  try {
    theme = localStorage.getItem('flatwalk-theme');
  } catch (_) {
    // Nothing is kept here; the system's theme it is.
  }
  if (theme === 'light' || theme === 'dark') document.documentElement.setAttribute('data-theme', theme);

  var browsers = 'Chrome or Edge 113, Safari 26, Firefox 141, or a later one';
  var tooOld = 'This browser is too old for this page. Use ' + browsers + '.';

  function say(words) {
    // Gone once the page has started.
    var place = document.getElementById('loading');
    if (place) place.textContent = words;
  }

  function wordsFor(event) {
    if (location.protocol === 'file:') {
      return 'This page was opened as a file, and browsers do not run it from there. Serve its folder: python3 -m http.server';
    }
    if (event.target && event.target.tagName === 'SCRIPT') {
      return 'A part of this page could not be loaded. Reload it; if that does not help, its folder on the server misses files.';
    }
    if (event.error instanceof SyntaxError) return tooOld;
    return 'This page could not start: ' + event.message + '. A browser older than ' + browsers + ' may be the reason.';
  }

  if (!('noModule' in document.createElement('script'))) {
    document.addEventListener('DOMContentLoaded', function () {
      say(tooOld);
    });
  }
  window.addEventListener(
    'error',
    function (event) {
      say(wordsFor(event));
    },
    true
  );
})();
