// draw_ahead: the draws of some steps, made by many invocations before sgd_lane, whose replicas take their steps one after the
// other and would each have to make them alone.
//   drawn[step - first_step][replica][position] = (sample, bits of the noise)
// The draws slot says which; they are addressed by step, so that it does not matter who makes them, and when.
// One invocation per step, replica and position of the mini-batch (BATCH).
// slot: draws
// uses: lib/grid.wgsl
// uses: lib/settings.wgsl

struct Params { replicas: u32, first_step: u32, steps: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> settings: array<Settings>;
@group(0) @binding(1) var<storage, read_write> drawn: array<vec2u>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn draw_ahead(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.steps * params.replicas * BATCH) {
    return;
  }
  let position = index % BATCH;
  let replica = (index / BATCH) % params.replicas;
  let step = params.first_step + index / BATCH / params.replicas;
  let made = draw(settings[replica].seed, step, replica, position);
  drawn[index] = vec2u(made.sample, bitcast<u32>(made.noise));
}
