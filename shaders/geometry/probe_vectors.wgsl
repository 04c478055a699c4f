// probe_vectors: random vectors for Hutchinson's estimator, drawn by counter (purpose 2), the counter being the probe's
// number, so that a probe is the same however many are drawn at once.
//   kind 0: Rademacher, one bit each;  kind 1: standard normal, four from a block
// probes is (replicas * per_replica) x length, probe p of replica r being row r * per_replica + (p - first).
// One invocation per 4 consecutive numbers.
// uses: lib/grid.wgsl
// uses: lib/philox.wgsl
// uses: lib/normal.wgsl

struct Params {
  vectors: u32,
  per_replica: u32,
  first: u32,
  length: u32,
  kind: u32,
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
  let quads = (params.length + 3u) / 4u;
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.vectors * quads) {
    return;
  }
  let vector = index / quads;
  let quad = index % quads;
  let block = select(quad / 32u, quad, params.kind == 1u);
  let counter = vec4u(params.first + vector % params.per_replica, 0u, vector / params.per_replica, PROBE_STREAM + block);
  let words = philox(counter, vec2u(params.seed_low, params.seed_high));
  var values = vec4f(normal_pair(words.x, words.y), normal_pair(words.z, words.w));
  if (params.kind == 0u) {
    let bit = (quad % 32u) * 4u;
    let bits = words[bit / 32u] >> (bit % 32u);
    values = vec4f((vec4u(bits) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u)) * 2.0 - 1.0;
  }
  let last = min(params.length - quad * 4u, 4u);
  for (var k = 0u; k < last; k++) {
    probes[vector * params.length + quad * 4u + k] = values[k];
  }
}
