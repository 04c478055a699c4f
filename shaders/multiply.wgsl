// multiply: products with a matrix that all replicas share, or with a stretch of it.
//   product[row][column] (+)= sum_k left[row][k] right(column, k),   row < rows, column < columns, k < terms
// left is replicas x rows x terms, product is replicas x rows x columns; right(column, k) = right[first + column * column_step
// + k * term_step]. For Z = Theta X^T and G = X X^T the columns are the data points, for gradients C X and for A G the terms.
// A replica that stopped at or before `step` (status) keeps the product that it has.
// Numerics: sums of 64 terms are added up separately, so that the error grows with 64 + terms / 64, not with terms.
// uses: lib/grid.wgsl
// slot: tile

struct Params {
  replicas: u32,
  rows: u32,
  columns: u32,
  terms: u32,
  first: u32,
  column_step: u32,
  term_step: u32,
  accumulate: u32,
  step: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> right: array<f32>;
@group(0) @binding(2) var<storage, read> status: array<u32>;
@group(0) @binding(3) var<storage, read_write> product: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(ACROSS, DOWN)
fn multiply(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) groups: vec3u, lane: Lane) {
  let across = (params.columns + GROUP_COLUMNS - 1u) / GROUP_COLUMNS;
  let down = (params.rows + GROUP_ROWS - 1u) / GROUP_ROWS;
  let tile = workgroup_index(workgroup, groups);
  let replica = tile / (across * down);
  if (replica >= params.replicas || params.step >= status[replica]) {
    return;
  }
  let first_row = (tile / across) % down * GROUP_ROWS;
  let first_column = tile % across * GROUP_COLUMNS;
  let rows = Operand(replica * params.rows * params.terms, params.terms, 1u, params.rows - 1u);
  let columns = Operand(params.first, params.column_step, params.term_step, params.columns - 1u);
  var found = products(lane, first_row, first_column, rows, columns, params.terms);
  for (var k = 0u; k < TILE_CELLS; k++) {
    let row = first_row + tile_row(lane.place, k / TILE_COLUMNS);
    let column = first_column + tile_column(lane.place, k % TILE_COLUMNS);
    if (row < params.rows && column < params.columns) {
      let cell = (replica * params.rows + row) * params.columns + column;
      product[cell] = select(0.0, product[cell], params.accumulate == 1u) + found[k];
    }
  }
}
