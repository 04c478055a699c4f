/** What the numbers of a page were computed with. */
import type { AdapterDescription } from '../../../engine/index.ts';
import { version } from '../../version.ts';

export interface PageEnvironment {
  readonly flatwalk: string;
  /** Fingerprint of the kernels: versions change less often than they do. */
  readonly kernels: string;
  readonly in: 'page';
  readonly adapter: AdapterDescription;
  /** With its version, as Chrome/147.0.7727.15; else all that the browser says about itself. */
  readonly browser: string;
  readonly system: string;
  /** How many threads it runs at once: its name is told to no page. */
  readonly cpu: string;
}

/** What a browser tells of itself. */
export type BrowserFacts = Pick<Navigator, 'userAgent' | 'hardwareConcurrency'> & {
  readonly userAgentData?: UserAgentData;
};

/** What browsers of the Chrome family say of themselves, to secure pages. */
interface UserAgentData {
  getHighEntropyValues(names: readonly string[]): Promise<{
    readonly fullVersionList?: readonly { readonly brand: string; readonly version: string }[];
    readonly platform?: string;
    readonly platformVersion?: string;
    readonly architecture?: string;
  }>;
}

export async function pageEnvironment(
  adapter: AdapterDescription,
  kernels: string,
  { userAgent, hardwareConcurrency, userAgentData }: BrowserFacts,
): Promise<PageEnvironment> {
  const cpu = `unknown x ${hardwareConcurrency}`;
  const all = { flatwalk: version, kernels, in: 'page', adapter, cpu } as const;
  const names = ['fullVersionList', 'platformVersion', 'architecture'];
  const { fullVersionList = [], ...machine } = (await userAgentData?.getHighEntropyValues(names)) ?? {};
  const own = fullVersionList.find(({ brand }) => !/^(Chromium$|Not)/.test(brand)) ?? fullVersionList[0];
  if (!own) return { ...all, browser: userAgent, system: systemOf(userAgent) };
  const { platform, platformVersion, architecture } = machine as Record<string, string | undefined>;
  return {
    ...all,
    browser: `${own.brand.replace(/^Google /, '')}/${own.version}`,
    system: [platform, platformVersion, architecture].filter(Boolean).join(' '),
  };
}

/** From 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) ...': what stands in the first brackets. */
const systemOf = (userAgent: string) => /\(([^)]*)\)/.exec(userAgent)?.[1] ?? 'unknown';
