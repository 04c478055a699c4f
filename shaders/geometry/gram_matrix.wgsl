// gram_matrix: the Gram matrices over one side of matrices M of rows x columns.
//   side 0, over the columns:  gram[i][l] (+)= sum_(k >= skip) M_ki M_kl     size = columns
//   side 1, over the rows:     gram[i][l] (+)= sum_k M_ik M_lk               size = rows
// weighted 1 multiplies entry i, l by factors[i][l], which gives the Gram matrix of the per-sample gradients:
//   J J^T = G o (S^T S),   S_ji = a_j phi'(z_ij),   G = X X^T.
// matrix is replicas x rows x columns, factors is size x size, gram is replicas x size x size.
// A replica that stopped at or before `step` (status) keeps the matrix that it has.
// Each invocation holds a tile of 8 rows x 4 columns in registers; an 8 x 8 workgroup covers 64 x 32, on or below the diagonal.
// Both halves are written.
// Numerics: sums of 64 terms are added up separately.
// uses: lib/grid.wgsl

struct Params {
  replicas: u32,
  rows: u32,
  columns: u32,
  skip: u32,
  side: u32,
  weighted: u32,
  accumulate: u32,
  step: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read> matrix: array<f32>;
@group(0) @binding(1) var<storage, read> factors: array<f32>;
@group(0) @binding(2) var<storage, read> status: array<u32>;
@group(0) @binding(3) var<storage, read_write> gram: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(8, 8)
fn gram_matrix(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_id) local: vec3u,
) {
  let over_columns = params.side == 0u;
  let size = select(params.rows, params.columns, over_columns);
  let tiles_down = (size + 63u) / 64u;
  let tiles = tiles_down * (tiles_down + 1u);
  let index = workgroup_index(workgroup, groups);
  let replica = index / tiles;
  // Tiles are counted row by row of the triangle: 2, 4, 6, ... in a row.
  var tile_column = index % tiles;
  var tile_row = 0u;
  while (tile_column >= 2u * (tile_row + 1u)) {
    tile_column -= 2u * (tile_row + 1u);
    tile_row++;
  }
  let row = tile_row * 64u + local.y * 8u;
  let column = tile_column * 32u + local.x * 4u;
  if (replica >= params.replicas || params.step >= status[replica] || row >= size || column >= size || column >= row + 8u) {
    return;
  }
  // Rows and columns past the edge repeat the last one; their results are not written.
  let origin = replica * params.rows * params.columns + select(0u, params.skip * params.columns, over_columns);
  let length = select(params.columns, params.rows - params.skip, over_columns);
  let across = select(params.columns, 1u, over_columns);
  let along = select(1u, params.columns, over_columns);
  let uppers = origin + min(vec4u(row, row + 1u, row + 2u, row + 3u), vec4u(size - 1u)) * across;
  let lowers = origin + min(vec4u(row + 4u, row + 5u, row + 6u, row + 7u), vec4u(size - 1u)) * across;
  let rights = origin + min(vec4u(column, column + 1u, column + 2u, column + 3u), vec4u(size - 1u)) * across;

  var total0 = vec4f();
  var total1 = vec4f();
  var total2 = vec4f();
  var total3 = vec4f();
  var total4 = vec4f();
  var total5 = vec4f();
  var total6 = vec4f();
  var total7 = vec4f();
  for (var begin = 0u; begin < length; begin += 64u) {
    var part0 = vec4f();
    var part1 = vec4f();
    var part2 = vec4f();
    var part3 = vec4f();
    var part4 = vec4f();
    var part5 = vec4f();
    var part6 = vec4f();
    var part7 = vec4f();
    let end = min(begin + 64u, length);
    for (var k = begin; k < end; k++) {
      let u = uppers + k * along;
      let l = lowers + k * along;
      let r = rights + k * along;
      let x = vec4f(matrix[r.x], matrix[r.y], matrix[r.z], matrix[r.w]);
      part0 += matrix[u.x] * x;
      part1 += matrix[u.y] * x;
      part2 += matrix[u.z] * x;
      part3 += matrix[u.w] * x;
      part4 += matrix[l.x] * x;
      part5 += matrix[l.y] * x;
      part6 += matrix[l.z] * x;
      part7 += matrix[l.w] * x;
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
  let corner = replica * size * size;
  write_row(corner, size, row, column, total0);
  write_row(corner, size, row + 1u, column, total1);
  write_row(corner, size, row + 2u, column, total2);
  write_row(corner, size, row + 3u, column, total3);
  write_row(corner, size, row + 4u, column, total4);
  write_row(corner, size, row + 5u, column, total5);
  write_row(corner, size, row + 6u, column, total6);
  write_row(corner, size, row + 7u, column, total7);
}

fn write_row(corner: u32, size: u32, row: u32, column: u32, values: vec4f) {
  if (row >= size || column > row) {
    return;
  }
  // Of a tile on the diagonal only the part below it, so that every entry has one writer.
  let last = min(row + 1u - column, 4u);
  for (var c = 0u; c < last; c++) {
    let cell = corner + row * size + column + c;
    let factor = select(1.0, factors[row * size + column + c], params.weighted == 1u);
    let value = select(0.0, gram[cell], params.accumulate == 1u) + factor * values[c];
    gram[cell] = value;
    gram[corner + (column + c) * size + row] = value;
  }
}
