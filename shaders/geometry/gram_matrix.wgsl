// gram_matrix: the Gram matrices over one side of matrices M of rows x columns.
//   side 0, over the columns:  gram[i][l] (+)= sum_(k >= skip) M_ki M_kl     size = columns
//   side 1, over the rows:     gram[i][l] (+)= sum_k M_ik M_lk               size = rows
// weighted 1 multiplies entry i, l by factors[i][l], which gives the Gram matrix of the per-sample gradients:
//   J J^T = G o (S^T S),   S_ji = a_j phi'(z_ij),   G = X X^T.
// left and right are the same matrices, replicas x rows x columns; factors is size x size, gram is replicas x size x size.
// A replica that stopped at or before `step` (status) keeps the matrix that it has.
// Tiles with a cell on or below the diagonal are computed, and both halves written.
// Numerics: sums of 64 terms are added up separately.
// uses: lib/grid.wgsl
// slot: tile

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

@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> right: array<f32>;
@group(0) @binding(2) var<storage, read> factors: array<f32>;
@group(0) @binding(3) var<storage, read> status: array<u32>;
@group(0) @binding(4) var<storage, read_write> gram: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

// How many tiles beside each other have cells on or below the diagonal.
fn tiles_in(row_of_tiles: u32, size: u32) -> u32 {
  return (min((row_of_tiles + 1u) * GROUP_ROWS, size) + GROUP_COLUMNS - 1u) / GROUP_COLUMNS;
}

@compute @workgroup_size(ACROSS, DOWN)
fn gram_matrix(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) groups: vec3u, lane: Lane) {
  let over_columns = params.side == 0u;
  let size = select(params.rows, params.columns, over_columns);
  let down = (size + GROUP_ROWS - 1u) / GROUP_ROWS;
  var each = 0u;
  for (var t = 0u; t < down; t++) {
    each += tiles_in(t, size);
  }
  // Tiles are counted row by row of the triangle.
  let replica = workgroup_index(workgroup, groups) / each;
  var tile = workgroup_index(workgroup, groups) % each;
  var row_of_tiles = 0u;
  while (tile >= tiles_in(row_of_tiles, size)) {
    tile -= tiles_in(row_of_tiles, size);
    row_of_tiles++;
  }
  if (replica >= params.replicas || params.step >= status[replica]) {
    return;
  }
  let first_row = row_of_tiles * GROUP_ROWS;
  let first_column = tile * GROUP_COLUMNS;
  let origin = replica * params.rows * params.columns + select(0u, params.skip * params.columns, over_columns);
  let line_step = select(params.columns, 1u, over_columns);
  let term_step = select(1u, params.columns, over_columns);
  let lines = Operand(origin, line_step, term_step, size - 1u);
  let terms = select(params.columns, params.rows - params.skip, over_columns);
  var found = products(lane, first_row, first_column, lines, lines, terms);
  for (var k = 0u; k < TILE_CELLS; k++) {
    let row = first_row + tile_row(lane.place, k / TILE_COLUMNS);
    let column = first_column + tile_column(lane.place, k % TILE_COLUMNS);
    // Of a tile on the diagonal only the part below it, so that every entry has one writer.
    if (row < size && column <= row) {
      let cell = (replica * size + row) * size + column;
      let factor = select(1.0, factors[row * size + column], params.weighted == 1u);
      let value = select(0.0, gram[cell], params.accumulate == 1u) + factor * found[k];
      gram[cell] = value;
      gram[(replica * size + column) * size + row] = value;
    }
  }
}
