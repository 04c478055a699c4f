// combine: linear combinations of the data points.
//   sum[row][k] (+)= sum_i coefficients[row][i] * data[first + i][k],   row < rows, k < inner, i < count
// coefficients is rows x count, data is n x inner, sum is rows x inner.
// Used for every gradient and Hessian-vector product, and for the update Theta += C X.
// Each invocation holds a 4 x 4 tile in registers; an 8 x 8 workgroup covers 32 x 32.
// Numerics: as in project, sums of 64 terms are added up separately.
// uses: lib/grid.wgsl

struct Params { rows: u32, first: u32, count: u32, inner: u32, accumulate: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> coefficients: array<f32>;
@group(0) @binding(1) var<storage, read> data: array<f32>;
@group(0) @binding(2) var<storage, read_write> sum: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn combine(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let tiles_across = (params.inner + 31u) / 32u;
  let tile = workgroup_index(workgroup, groups);
  let row = (tile / tiles_across) * 32u + local.y * 4u;
  let column = (tile % tiles_across) * 32u + local.x * 4u;
  if (row >= params.rows || column >= params.inner) {
    return;
  }
  let count = params.count;
  let inner = params.inner;
  let rows = min(vec4u(row, row + 1u, row + 2u, row + 3u), vec4u(params.rows - 1u)) * count;
  let columns = min(vec4u(column, column + 1u, column + 2u, column + 3u), vec4u(inner - 1u)) + params.first * inner;

  var total0 = vec4f();
  var total1 = vec4f();
  var total2 = vec4f();
  var total3 = vec4f();
  for (var begin = 0u; begin < count; begin += 64u) {
    var part0 = vec4f();
    var part1 = vec4f();
    var part2 = vec4f();
    var part3 = vec4f();
    let end = min(begin + 64u, count);
    for (var i = begin; i < end; i++) {
      let at = columns + i * inner;
      let x = vec4f(data[at.x], data[at.y], data[at.z], data[at.w]);
      part0 += coefficients[rows.x + i] * x;
      part1 += coefficients[rows.y + i] * x;
      part2 += coefficients[rows.z + i] * x;
      part3 += coefficients[rows.w + i] * x;
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
  let last = min(params.inner - column, 4u);
  for (var c = 0u; c < last; c++) {
    let cell = row * params.inner + column + c;
    sum[cell] = select(0.0, sum[cell], params.accumulate == 1u) + values[c];
  }
}
