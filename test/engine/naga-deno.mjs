/**
 * Run by Deno, whose WebGPU is wgpu with Naga as its shader compiler: makes a module of every composed kernel in the folder
 * named, and a pipeline where asked for. Prints one line of JSON: the adapter, and what went wrong.
 */
const [folder] = Deno.args;
const adapter = await navigator.gpu.requestAdapter();
if (!adapter) {
  console.log(JSON.stringify({ adapter: null, failures: [] }));
  Deno.exit(0);
}
const device = await adapter.requestDevice();
const jobs = JSON.parse(Deno.readTextFileSync(`${folder}/jobs.json`));
const failures = [];
for (const { file, entryPoint, bindings, pipeline } of jobs) {
  device.pushErrorScope('validation');
  const code = Deno.readTextFileSync(`${folder}/${file}`);
  const module = device.createShaderModule({ label: file, code });
  if (pipeline) {
    const layouts = [
      bindings.map((type, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer: { type } })),
      [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: 'uniform', hasDynamicOffset: true } }],
    ];
    const bindGroupLayouts = layouts.map((entries) => device.createBindGroupLayout({ entries }));
    const layout = device.createPipelineLayout({ bindGroupLayouts });
    device.createComputePipeline({ layout, compute: { module, entryPoint } });
  }
  const error = await device.popErrorScope();
  if (error) failures.push({ file, message: error.message });
}
console.log(JSON.stringify({ adapter: adapter.info.description || adapter.info.device, failures }));
Deno.exit(0);
