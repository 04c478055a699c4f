import { parseHTML } from 'linkedom';

/** Where Node has none. */
export const blankDocument = (): Document => parseHTML('<html><body></body></html>').document;
