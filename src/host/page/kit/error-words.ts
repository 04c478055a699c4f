/** What errors say, for people. Pure. */

/** A FlatwalkError says what to do in its message, too. */
interface Told {
  readonly message: string;
  readonly fix?: string;
}

/** The message without what it says of the remedy, which is shown apart. */
export function withoutFix({ message, fix = '' }: Told): string {
  return fix && message.endsWith(fix) ? message.slice(0, message.length - fix.length).trim() : message;
}

/** What is wrong and what to do, in sentences on one line. */
export function wordsOf(error: Told): string {
  const what = withoutFix(error).replaceAll(/\s*\n\s*/g, ' ');
  return error.fix ? `${/[.!?:]$/.test(what) ? what : `${what}.`} ${error.fix}` : what;
}
