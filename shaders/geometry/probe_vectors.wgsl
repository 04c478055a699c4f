// probe_vectors: random vectors for Hutchinson's estimator, drawn by counter (purpose 2), the counter being the probe's
// number, so that a probe is the same however many are drawn at once.
//   rademacher: one bit each, 128 from a block (QUADS = 32);  gaussian: standard normal, four from a block (QUADS = 1)
// probes is (replicas * per_replica) x length, probe p of replica r being row r * per_replica + (p - first).
// One invocation per block, 4 * QUADS consecutive numbers.
// uses: lib/grid.wgsl
// uses: lib/philox.wgsl
// slot: law

struct Params {
  vectors: u32,
  per_replica: u32,
  first: u32,
  length: u32,
  seed_low: u32,
  seed_high: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read_write> probes: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

const PROBE_STREAM = 0x02000000u;

@compute @workgroup_size(64)
fn probe_vectors(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let blocks = (params.length + 4u * QUADS - 1u) / (4u * QUADS);
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.vectors * blocks) {
    return;
  }
  let vector = index / blocks;
  let block = index % blocks;
  let counter = vec4u(params.first + vector % params.per_replica, 0u, vector / params.per_replica, PROBE_STREAM + block);
  let words = philox(counter, vec2u(params.seed_low, params.seed_high));
  let own = block * 4u * QUADS;
  let count = min(params.length - own, 4u * QUADS);
  for (var k = 0u; k < count; k += 4u) {
    let values = law_quad(words, k / 4u);
    for (var i = k; i < min(count, k + 4u); i++) {
      probes[vector * params.length + own + i] = values[i - k];
    }
  }
}
