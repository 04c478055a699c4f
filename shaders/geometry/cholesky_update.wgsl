// cholesky_update: takes off a Gram matrix what 32 columns of its Cholesky factor explain,
//   K_il -= sum_k L_ik L_lk,   column <= k < column + 32 <= l <= i.
// gram and factor are replicas x n x n. A replica that stopped at or before `step` (status) is left alone.
// Each invocation holds a 4 x 4 tile in registers; an 8 x 8 workgroup covers 32 x 32, on or below the diagonal.
// uses: lib/grid.wgsl

struct Params { replicas: u32, samples: u32, column: u32, step: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> factor: array<f32>;
@group(0) @binding(1) var<storage, read> status: array<u32>;
@group(0) @binding(2) var<storage, read_write> gram: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn cholesky_update(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let n = params.samples;
  let start = params.column + 32u;
  let tiles_along = (n - start + 31u) / 32u;
  let tiles = tiles_along * (tiles_along + 1u) / 2u;
  let index = workgroup_index(workgroup, groups);
  let replica = index / tiles;
  // Tiles are counted row by row of the triangle.
  var tile_column = index % tiles;
  var tile_row = 0u;
  while (tile_column > tile_row) {
    tile_row++;
    tile_column -= tile_row;
  }
  let row = start + tile_row * 32u + local.y * 4u;
  let column = start + tile_column * 32u + local.x * 4u;
  if (replica >= params.replicas || params.step >= status[replica] || row >= n || column > row) {
    return;
  }
  // Rows past the edge repeat the last one; their results are not written.
  let origin = replica * n * n + params.column;
  let lefts = origin + min(vec4u(row, row + 1u, row + 2u, row + 3u), vec4u(n - 1u)) * n;
  let rights = origin + min(vec4u(column, column + 1u, column + 2u, column + 3u), vec4u(n - 1u)) * n;
  var total0 = vec4f();
  var total1 = vec4f();
  var total2 = vec4f();
  var total3 = vec4f();
  for (var k = 0u; k < 32u; k++) {
    let r = rights + k;
    let x = vec4f(factor[r.x], factor[r.y], factor[r.z], factor[r.w]);
    total0 += factor[lefts.x + k] * x;
    total1 += factor[lefts.y + k] * x;
    total2 += factor[lefts.z + k] * x;
    total3 += factor[lefts.w + k] * x;
  }
  take_off(replica, row, column, total0);
  take_off(replica, row + 1u, column, total1);
  take_off(replica, row + 2u, column, total2);
  take_off(replica, row + 3u, column, total3);
}

fn take_off(replica: u32, row: u32, column: u32, values: vec4f) {
  let n = params.samples;
  if (row >= n) {
    return;
  }
  let last = min(row + 1u - column, 4u);
  for (var c = 0u; c < last; c++) {
    let cell = (replica * n + row) * n + column + c;
    gram[cell] = gram[cell] - values[c];
  }
}
