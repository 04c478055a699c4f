/** Who computes: an adapter in words, for logs, results and error messages, the same in Node and in browsers. */
export interface AdapterDescription {
  /** The best single name there is: the device, else vendor and architecture. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  readonly device: string;
  readonly description: string;
  /** Driver and version where the adapter tells it; browsers usually do not. */
  readonly driver: string;
  /** A CPU pretends to be a GPU: right results, meaningless speed. */
  readonly software: boolean;
}

/** Software adapters by the names they give themselves: SwiftShader, Mesa's llvmpipe (lavapipe), Windows' WARP. */
const softwareNames = /swiftshader|llvmpipe|lavapipe|microsoft basic render/i;

/** Adapters that are known apart by what things cost on them. */
export type AdapterFamily = 'swiftshader' | 'llvmpipe' | 'gpu';

/** Other software adapters than these two are taken for the slower one. */
export function familyOf(adapter: AdapterDescription): AdapterFamily {
  if (!adapter.software) return 'gpu';
  const { vendor, architecture, device, description } = adapter;
  return /llvmpipe|lavapipe/i.test([vendor, architecture, device, description].join(' ')) ? 'llvmpipe' : 'swiftshader';
}

/** The fields beyond the standard that Chromium and Dawn add, and the place where older versions kept the fallback mark. */
type InfoWithExtras = GPUAdapterInfo & { readonly driver?: unknown };
type AdapterWithExtras = { readonly info: GPUAdapterInfo; readonly isFallbackAdapter?: unknown };

/** Describes an adapter. Pure: reads `info`, requests nothing, keeps nothing. */
export function describeAdapter(adapter: AdapterWithExtras): AdapterDescription {
  const info: InfoWithExtras = adapter.info;
  const text = (value: unknown): string => (typeof value === 'string' ? value.trim() : '');
  // Dawn turns every run of other characters in a device's name into a hyphen, one at the end included.
  const device = text(info.device).replace(/-+$/, '');
  const vendor = text(info.vendor);
  const architecture = text(info.architecture);
  const description = text(info.description);
  return {
    name: device || [vendor, architecture].filter(Boolean).join(' ') || description || 'unnamed adapter',
    vendor,
    architecture,
    device,
    description,
    driver: text(info.driver) || description,
    software:
      info.isFallbackAdapter === true ||
      adapter.isFallbackAdapter === true ||
      softwareNames.test([vendor, architecture, device, description].join(' ')),
  };
}
