/** An empty document to draw in, which the page's own does not show. */
export const blankDocument = (): Document => document.implementation.createHTMLDocument();
