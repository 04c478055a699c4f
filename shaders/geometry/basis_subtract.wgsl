// basis_subtract: takes a combination of basis vectors off vectors.
//   w_v -= sum_(i < count) coefficients_vi b_iv
// basis is slots x vectors x length and candidates (w) is vectors x length, both filled up with zeros to fours; coefficients
// is vectors x stride from number `first` on, both multiples of 4. One invocation per four numbers of a vector; terms are
// added up one after the other, then taken off.
// uses: lib/grid.wgsl

struct Params { vectors: u32, length: u32, count: u32, stride: u32, first: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> basis: array<vec4f>;
@group(0) @binding(1) var<storage, read> coefficients: array<vec4f>;
@group(0) @binding(2) var<storage, read_write> candidates: array<vec4f>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(64)
fn basis_subtract(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let index = workgroup_index(workgroup, groups) * 64u + local;
  let quads = (params.length + 3u) / 4u;
  let slot = params.vectors * quads;
  if (index >= slot) {
    return;
  }
  let own = (params.first + (index / quads) * params.stride) / 4u;
  var total = vec4f();
  var place = index;
  let whole = params.count / 4u;
  for (var i = 0u; i < whole; i++) {
    let c = coefficients[own + i];
    total += c.x * basis[place];
    total += c.y * basis[place + slot];
    total += c.z * basis[place + 2u * slot];
    total += c.w * basis[place + 3u * slot];
    place += 4u * slot;
  }
  let left = params.count % 4u;
  if (left > 0u) {
    let c = coefficients[own + whole];
    total += c.x * basis[place];
    if (left > 1u) {
      total += c.y * basis[place + slot];
    }
    if (left > 2u) {
      total += c.z * basis[place + 2u * slot];
    }
  }
  candidates[index] -= total;
}
