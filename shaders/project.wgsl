// project: every row of a matrix against every data point.
//   product[row][i] (+)= sum_k left[row][k] * data[first + i][k],   row < rows, i < count, k < inner
// left is rows x inner, data is n x inner, product is rows x count.
// Used for Z = Theta X^T (rows = replicas * m), for probe vectors, and for G = X X^T.
// Each invocation holds a 4 x 4 tile of the product in registers; an 8 x 8 workgroup covers 32 x 32.
// Numerics: sums of 64 terms are added up separately, so that the error grows with 64 + inner / 64, not with inner.
// uses: lib/grid.wgsl

struct Params { rows: u32, first: u32, count: u32, inner: u32, accumulate: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> data: array<f32>;
@group(0) @binding(2) var<storage, read_write> product: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn project(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let tiles_across = (params.count + 31u) / 32u;
  let tile = workgroup_index(workgroup, groups);
  let row = (tile / tiles_across) * 32u + local.y * 4u;
  let column = (tile % tiles_across) * 32u + local.x * 4u;
  if (row >= params.rows || column >= params.count) {
    return;
  }
  // Rows and columns past the edge repeat the last one; their results are not written.
  let inner = params.inner;
  let rows = min(vec4u(row, row + 1u, row + 2u, row + 3u), vec4u(params.rows - 1u)) * inner;
  let columns = (min(vec4u(column, column + 1u, column + 2u, column + 3u), vec4u(params.count - 1u)) + params.first) * inner;

  var total0 = vec4f();
  var total1 = vec4f();
  var total2 = vec4f();
  var total3 = vec4f();
  for (var begin = 0u; begin < inner; begin += 64u) {
    var part0 = vec4f();
    var part1 = vec4f();
    var part2 = vec4f();
    var part3 = vec4f();
    let end = min(begin + 64u, inner);
    for (var k = begin; k < end; k++) {
      let x = vec4f(data[columns.x + k], data[columns.y + k], data[columns.z + k], data[columns.w + k]);
      part0 += left[rows.x + k] * x;
      part1 += left[rows.y + k] * x;
      part2 += left[rows.z + k] * x;
      part3 += left[rows.w + k] * x;
    }
    total0 += part0;
    total1 += part1;
    total2 += part2;
    total3 += part3;
  }
  write_row(row, column, total0);
  write_row(row + 1u, column, total1);
  write_row(row + 2u, column, total2);
  write_row(row + 3u, column, total3);
}

fn write_row(row: u32, column: u32, values: vec4f) {
  if (row >= params.rows) {
    return;
  }
  let last = min(params.count - column, 4u);
  for (var c = 0u; c < last; c++) {
    let cell = row * params.count + column + c;
    product[cell] = select(0.0, product[cell], params.accumulate == 1u) + values[c];
  }
}
