/**
 * Which browsers show the page. From the implementation status that the WebGPU group keeps
 * (https://github.com/gpuweb/gpuweb/wiki/Implementation-Status) and MDN's compatibility data; a test holds docs/lab.md to it.
 */
export const browsers = [
  {
    name: 'Chrome, Edge',
    versions: '113 on Windows, macOS and ChromeOS; 121 on Android 12 or later',
    remarks:
      'Linux: 144 with Intel graphics of the 12th generation or later, 147 with NVIDIA (driver 535.183 or later); on other machines with Linux, and on Windows for ARM, WebGPU must be switched on.',
  },
  {
    name: 'Safari',
    versions: '26 on macOS, iOS, iPadOS and visionOS 26',
    remarks: 'On iPhones and iPads this holds for every browser, as all of them are built on Safari’s engine.',
  },
  {
    name: 'Firefox',
    versions: '141 on Windows; 147 on Macs with Apple silicon (145 on macOS 26)',
    remarks:
      'Not on Linux, Macs with Intel processors, or Android, unless it is switched on in about:config (dom.webgpu.enabled).',
  },
] as const;

/** What switches WebGPU on where Chrome has it and does not offer it by itself. */
export const linuxFlags =
  '--enable-unsafe-webgpu --ozone-platform=x11 --use-angle=vulkan --enable-features=Vulkan,VulkanFromANGLE';

/** What has Chrome compute on the processor. */
export const softwareFlags = '--enable-unsafe-webgpu --use-webgpu-adapter=swiftshader';
