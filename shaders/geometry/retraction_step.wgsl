// retraction_step: a Gauss-Newton step onto the zero-loss manifold, of the pre-activations,
//   z_jl <- z_jl - sum_i S_ji mu_i G_il,   S_ji = a_j phi'(z_ij),   (J J^T) mu = e,   G = X X^T,
// which is Theta <- Theta - J^T mu seen from the data points. slopes and preactivations are replicas x m x n, multipliers is
// replicas x n, data_gram is n x n. A replica that stopped at or before `step` (status) stays where it is.
// Each invocation holds a tile of 8 rows x 4 columns in registers; an 8 x 8 workgroup covers 64 x 32.
// Numerics: sums of 64 terms are added up separately.
// uses: lib/grid.wgsl

struct Params { replicas: u32, width: u32, samples: u32, step: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> slopes: array<f32>;
@group(0) @binding(1) var<storage, read> multipliers: array<f32>;
@group(0) @binding(2) var<storage, read> data_gram: array<f32>;
@group(0) @binding(3) var<storage, read> status: array<u32>;
@group(0) @binding(4) var<storage, read_write> preactivations: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn retraction_step(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let n = params.samples;
  let tiles_across = (n + 31u) / 32u;
  let tiles_down = (params.width + 63u) / 64u;
  let tile = workgroup_index(workgroup, groups);
  let replica = tile / (tiles_across * tiles_down);
  let row = ((tile / tiles_across) % tiles_down) * 64u + local.y * 8u;
  let column = (tile % tiles_across) * 32u + local.x * 4u;
  if (replica >= params.replicas || params.step >= status[replica] || row >= params.width || column >= n) {
    return;
  }
  // Rows and columns past the edge repeat the last one; their results are not written.
  let upper = (replica * params.width + min(vec4u(row, row + 1u, row + 2u, row + 3u), vec4u(params.width - 1u))) * n;
  let lower = (replica * params.width + min(vec4u(row + 4u, row + 5u, row + 6u, row + 7u), vec4u(params.width - 1u))) * n;
  let columns = min(vec4u(column, column + 1u, column + 2u, column + 3u), vec4u(n - 1u));
  var total0 = vec4f();
  var total1 = vec4f();
  var total2 = vec4f();
  var total3 = vec4f();
  var total4 = vec4f();
  var total5 = vec4f();
  var total6 = vec4f();
  var total7 = vec4f();
  for (var begin = 0u; begin < n; begin += 64u) {
    var part0 = vec4f();
    var part1 = vec4f();
    var part2 = vec4f();
    var part3 = vec4f();
    var part4 = vec4f();
    var part5 = vec4f();
    var part6 = vec4f();
    var part7 = vec4f();
    let end = min(begin + 64u, n);
    for (var i = begin; i < end; i++) {
      let at = columns + i * n;
      let g = multipliers[replica * n + i] * vec4f(data_gram[at.x], data_gram[at.y], data_gram[at.z], data_gram[at.w]);
      part0 += slopes[upper.x + i] * g;
      part1 += slopes[upper.y + i] * g;
      part2 += slopes[upper.z + i] * g;
      part3 += slopes[upper.w + i] * g;
      part4 += slopes[lower.x + i] * g;
      part5 += slopes[lower.y + i] * g;
      part6 += slopes[lower.z + i] * g;
      part7 += slopes[lower.w + i] * g;
    }
    total0 += part0;
    total1 += part1;
    total2 += part2;
    total3 += part3;
    total4 += part4;
    total5 += part5;
    total6 += part6;
    total7 += part7;
  }
  write_row(replica, row, column, total0);
  write_row(replica, row + 1u, column, total1);
  write_row(replica, row + 2u, column, total2);
  write_row(replica, row + 3u, column, total3);
  write_row(replica, row + 4u, column, total4);
  write_row(replica, row + 5u, column, total5);
  write_row(replica, row + 6u, column, total6);
  write_row(replica, row + 7u, column, total7);
}

fn write_row(replica: u32, row: u32, column: u32, values: vec4f) {
  if (row >= params.width) {
    return;
  }
  let last = min(params.samples - column, 4u);
  for (var c = 0u; c < last; c++) {
    let cell = (replica * params.width + row) * params.samples + column + c;
    preactivations[cell] = preactivations[cell] - values[c];
  }
}
