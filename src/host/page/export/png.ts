/** Pictures from drawings, by the browser's own hand. */
import { FlatwalkError } from '../../../model/errors.ts';

/** Pixels for each of the drawing: sharp on dense screens and in print. */
const DENSITY = 2;

/** A PNG file of an SVG document, which must say its size. @throws HOST where the browser cannot draw it */
export async function pngOf(svg: string): Promise<Uint8Array<ArrayBuffer>> {
  const address = URL.createObjectURL(new Blob([svg], { type: 'image/svg+xml' }));
  try {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = DENSITY * image.naturalWidth;
    canvas.height = DENSITY * image.naturalHeight;
    const context = canvas.getContext('2d');
    context?.drawImage(image, 0, 0, canvas.width, canvas.height);
    const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, 'image/png'));
    if (context && blob) return new Uint8Array(await blob.arrayBuffer());
    throw new Error('it gives no canvas of this size');
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new FlatwalkError('HOST', `The browser could not draw a PNG file: ${why}`, 'Take the SVG file.', { cause });
  } finally {
    URL.revokeObjectURL(address);
  }
}
