/** The smallest computation: squares of the first numbers, on any device, in Node or (sent as text) in a page. */
export async function squares(device: GPUDevice): Promise<number[]> {
  const usage = { mapRead: 1, copySource: 4, copyTarget: 8, storage: 128 };
  const code = `
    @group(0) @binding(0) var<storage, read_write> result: array<u32>;
    @compute @workgroup_size(4)
    fn main(@builtin(global_invocation_id) id: vec3u) { result[id.x] = id.x * id.x; }`;
  const buffer = device.createBuffer({ size: 32, usage: usage.storage | usage.copySource });
  const readable = device.createBuffer({ size: 32, usage: usage.mapRead | usage.copyTarget });
  const module = device.createShaderModule({ code });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  const group = device.createBindGroup({
    layout: pipeline.getBindGroupLayout(0),
    entries: [{ binding: 0, resource: { buffer } }],
  });
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(0, group);
  pass.dispatchWorkgroups(2);
  pass.end();
  encoder.copyBufferToBuffer(buffer, 0, readable, 0, 32);
  device.queue.submit([encoder.finish()]);
  await readable.mapAsync(1);
  const result = [...new Uint32Array(readable.getMappedRange())];
  readable.destroy();
  buffer.destroy();
  return result;
}

export const expectedSquares = [0, 1, 4, 9, 16, 25, 36, 49];
