/** Devices that behave like the one they wrap, except in one respect. */

type Changes = Partial<Pick<GPUDevice, 'createBuffer' | 'createShaderModule' | 'limits'>>;

function wrapped(device: GPUDevice, changes: Changes): GPUDevice {
  return new Proxy(device, {
    get(target, key) {
      if (key in changes) return changes[key as keyof typeof changes];
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

/** Counts the buffers that are created and destroyed. */
export function counted(device: GPUDevice, count: { created: number; destroyed: number }): GPUDevice {
  return wrapped(device, {
    createBuffer(descriptor) {
      const buffer = device.createBuffer(descriptor);
      const destroy = buffer.destroy.bind(buffer);
      count.created++;
      buffer.destroy = () => {
        count.destroyed++;
        return destroy();
      };
      return buffer;
    },
  });
}

/** Gets shaders that do not compile, as long as the fault is active. */
export function broken(device: GPUDevice, fault: { active: boolean }): GPUDevice {
  return wrapped(device, {
    createShaderModule(descriptor) {
      const code = fault.active
        ? `${descriptor.code}\nfn fault() -> f32 { return not_a_function(); }`
        : descriptor.code;
      return device.createShaderModule({ ...descriptor, code });
    },
  });
}

/** Has smaller limits than it really has. */
export function limited(device: GPUDevice, limits: Partial<Record<keyof GPUSupportedLimits, number>>): GPUDevice {
  const all = new Proxy(device.limits, {
    get: (target, key) => limits[key as keyof GPUSupportedLimits] ?? Reflect.get(target, key, target),
  });
  return wrapped(device, { limits: all });
}
