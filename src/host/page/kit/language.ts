/**
 * uPlot 1.6 makes a number format for `navigator.language` while it is loaded. Where no locale is set, Chrome on Linux calls
 * its language `en-US@posix`, which Intl refuses, and the page would not start. So this must be imported before uPlot.
 */
try {
  new Intl.NumberFormat(navigator.language);
} catch {
  Object.defineProperty(navigator, 'language', { value: 'en-US', configurable: true });
}
