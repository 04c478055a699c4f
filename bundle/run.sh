#!/usr/bin/env bash
# Measures this machine: ./run.sh [--quick] [--software] [--out FILE]. Needs no network and installs nothing. See README.txt.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# Unpacked once, beside this file where that can be written, else in a folder that is removed at the end.
if mkdir -p "$here/unpacked" 2>/dev/null && [ -w "$here/unpacked" ]; then
  unpacked=$here/unpacked
else
  unpacked=$(mktemp -d)
  trap 'rm -rf "$unpacked"' EXIT
fi
# A bundle that was copied over an older one is another, by its package.json.
if [ "$(cat "$unpacked/complete" 2>/dev/null)" != "$(cat "$here/package.json")" ]; then
  rm -rf "${unpacked:?}"/*
  echo "Unpacking ..." >&2
  mkdir -p "$unpacked/node_modules/webgpu/dist/linux-x64" "$unpacked/vulkan"
  gzip -dc "$here/node.gz" > "$unpacked/node"
  gzip -dc "$here/dawn.node.gz" > "$unpacked/node_modules/webgpu/dist/linux-x64/dawn.node"
  gzip -dc "$here/libvulkan.so.1.gz" > "$unpacked/vulkan/libvulkan.so.1"
  gzip -dc "$here/libvk_swiftshader.so.gz" > "$unpacked/vulkan/libvk_swiftshader.so"
  cp "$here/vk_swiftshader_icd.json" "$unpacked/vulkan/"
  cp "$here"/webgpu/* "$unpacked/node_modules/webgpu/"
  cp -r "$here/dist" "$here/bench" "$here/package.json" "$here/run.mjs" "$unpacked/"
  chmod +x "$unpacked/node"
  cp "$here/package.json" "$unpacked/complete"
fi
# The Vulkan loader of the system where there is one: it knows where the driver of the card is.
if [[ " $* " == *" --software "* ]]; then
  unset FLATWALK_ADAPTER
  export LD_LIBRARY_PATH="$unpacked/vulkan${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  export VK_ICD_FILENAMES="$unpacked/vulkan/vk_swiftshader_icd.json" VK_DRIVER_FILES="$unpacked/vulkan/vk_swiftshader_icd.json"
elif ! grep -q 'libvulkan\.so\.1' <<< "$(PATH="$PATH:/usr/sbin:/sbin" ldconfig -p 2>/dev/null)"; then
  export LD_LIBRARY_PATH="${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$unpacked/vulkan"
fi
"$unpacked/node" "$unpacked/run.mjs" "$@"
