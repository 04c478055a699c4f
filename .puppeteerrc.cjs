// Puppeteer would download a browser while it is being installed, and the installation would fail wherever that download
// does. flatwalk finds an installed Chrome or unpacks an embedded Chromium instead (src/host/chrome).
module.exports = { skipDownload: true };
