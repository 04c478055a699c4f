// basis_decide: whether what is left of a vector enlarges the basis. beta_v = (sum_c partials_vc0)^(1/2) is its length;
// before_v, the length that it had, is the root of projected_(slot)v(slot). The space is closed, and the slot of the basis
// stays empty, where the caller says so (closing), or beta <= 2^-18 * (the largest length that a product had, or for a random
// vector, its own): what is left is then rounding, and the space is invariant.
// state is vectors x 3: the largest length of a product so far, 1 / beta or 0, and whether the space is closed.
// records is slots x vectors x 2: beta, and whether the slot is empty. One invocation per vector.
// uses: lib/grid.wgsl

struct Params { vectors: u32, chunks: u32, stride: u32, slot: u32, close: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> partials: array<f32>;
@group(0) @binding(1) var<storage, read> projected: array<f32>;
@group(0) @binding(2) var<storage, read> closing: array<u32>;
@group(0) @binding(3) var<storage, read_write> state: array<f32>;
@group(0) @binding(4) var<storage, read_write> records: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn basis_decide(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let vector = workgroup_index(workgroup, groups) * 64u + local;
  if (vector >= params.vectors) {
    return;
  }
  var total = 0.0;
  for (var c = 0u; c < params.chunks; c++) {
    total += partials[(vector * params.chunks + c) * params.stride];
  }
  let beta = sqrt(total);
  let place = params.slot * params.vectors + vector;
  let before = sqrt(projected[place * params.stride + params.slot]);
  let drawn = state[vector * 3u + 2u] != 0.0;
  let scale = select(max(state[vector * 3u], before), state[vector * 3u], drawn);
  let closed = (params.close == 1u && closing[vector] == 1u) || beta <= select(scale, before, drawn) * 0x1p-18;
  state[vector * 3u] = scale;
  state[vector * 3u + 1u] = select(1.0 / beta, 0.0, closed);
  state[vector * 3u + 2u] = select(0.0, 1.0, closed);
  records[place * 2u] = beta;
  records[place * 2u + 1u] = select(0.0, 1.0, closed);
}
