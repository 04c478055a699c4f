// basis_append: puts what is left of vectors into a slot of their bases, with length 1; or zeros where the space is closed.
//   b_(slot)v = factor_v w_v, factor_v being number 1 of the vector's state (see basis_decide)
// basis is slots x vectors x length and candidates (w) is vectors x length, both filled up to fours; next, the same once more
// for what multiplies it, is vectors x length and not filled up. One invocation per number of a vector.
// uses: lib/grid.wgsl

struct Params { vectors: u32, length: u32, slot: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> candidates: array<f32>;
@group(0) @binding(1) var<storage, read> state: array<f32>;
@group(0) @binding(2) var<storage, read_write> basis: array<f32>;
@group(0) @binding(3) var<storage, read_write> next: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn basis_append(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  if (index >= params.vectors * params.length) {
    return;
  }
  let vector = index / params.length;
  let padded = (params.length + 3u) / 4u * 4u;
  let place = vector * padded + index % params.length;
  let value = candidates[place] * state[vector * 3u + 1u];
  basis[params.slot * params.vectors * padded + place] = value;
  next[index] = value;
}
