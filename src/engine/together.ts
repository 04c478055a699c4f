/**
 * What all of them give. Where some fail, the first failure, and only once all have ended: nothing goes on behind the back of
 * whoever meets it.
 */
export async function together<const T extends readonly unknown[]>(
  parts: T,
): Promise<{ -readonly [K in keyof T]: Awaited<T[K]> }> {
  await Promise.allSettled(parts);
  return Promise.all(parts);
}
