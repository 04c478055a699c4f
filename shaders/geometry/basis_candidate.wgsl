// basis_candidate: the vector that may enlarge the basis of a Krylov space: the product of the last basis vector, or, where
// there is none because the space was invariant (state), a random vector by counter (purpose 2, see probe_vectors).
//   candidate_v = closed_v and redraw ? draw(first + v mod per_replica) : product_v
// products is vectors x length, and so is candidates, filled up to fours with what is there; state is vectors x 3 (scale,
// factor, closed: see basis_decide). A random vector has normal numbers (QUADS = 1) or signs (QUADS = 32). One invocation per
// vector and 4 * QUADS numbers.
// uses: lib/grid.wgsl
// uses: lib/philox.wgsl
// slot: law

struct Params {
  vectors: u32,
  per_replica: u32,
  first: u32,
  length: u32,
  redraw: u32,
  seed_low: u32,
  seed_high: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read> products: array<f32>;
@group(0) @binding(1) var<storage, read> state: array<f32>;
@group(0) @binding(2) var<storage, read_write> candidates: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

const PROBE_STREAM = 0x02000000u;

@compute @workgroup_size(64)
fn basis_candidate(
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
  let own = block * 4u * QUADS;
  let count = min(params.length - own, 4u * QUADS);
  let source = vector * params.length + own;
  let place = vector * ((params.length + 3u) / 4u * 4u) + own;
  if (params.redraw == 0u || state[vector * 3u + 2u] == 0.0) {
    for (var k = 0u; k < count; k++) {
      candidates[place + k] = products[source + k];
    }
    return;
  }
  let counter = vec4u(params.first + vector % params.per_replica, 0u, vector / params.per_replica, PROBE_STREAM + block);
  let words = philox(counter, vec2u(params.seed_low, params.seed_high));
  for (var k = 0u; k < count; k += 4u) {
    let values = law_quad(words, k / 4u);
    for (var i = k; i < min(count, k + 4u); i++) {
      candidates[place + i] = values[i - k];
    }
  }
}
