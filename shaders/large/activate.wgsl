// activate: the pre-activations of a full-batch step, and what its residuals are summed up from.
//   z_ji = [start_ji +] sum_k left[j][k] right(i, k)
//   partials: of each part of the neurons, the sums over j of a_j phi(z_ji), |a_j phi'(z_ji)| and |z_ji|
// left is replicas x width x terms, start and preactivations are replicas x width x columns (the block of samples), partials
// is replicas x parts x 3 x columns. A part is the TILE_ROWS neurons of one invocation. right lies as in multiply. In weight
// space left = Theta, right = X; in data space left = A, right = G, start = Theta0 X^T (from_start = 1).
// uses: lib/grid.wgsl
// uses: lib/targets.wgsl
// slot: activation
// slot: tile

struct Params {
  replicas: u32,
  width: u32,
  columns: u32,
  terms: u32,
  first: u32,
  column_step: u32,
  term_step: u32,
  samples: u32,
  from_start: u32,
  first_group: u32,
}

@group(0) @binding(0) var<storage, read> left: array<f32>;
@group(0) @binding(1) var<storage, read> right: array<f32>;
@group(0) @binding(2) var<storage, read> start: array<f32>;
@group(0) @binding(3) var<storage, read> targets: array<f32>;
@group(0) @binding(4) var<storage, read_write> preactivations: array<f32>;
@group(0) @binding(5) var<storage, read_write> partials: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(ACROSS, DOWN)
fn activate(@builtin(workgroup_id) workgroup: vec3u, @builtin(num_workgroups) groups: vec3u, lane: Lane) {
  let width = params.width;
  let across = (params.columns + GROUP_COLUMNS - 1u) / GROUP_COLUMNS;
  let down = (width + GROUP_ROWS - 1u) / GROUP_ROWS;
  let tile = workgroup_index(workgroup, groups);
  let replica = tile / (across * down);
  if (replica >= params.replicas) {
    return;
  }
  let first_row = (tile / across) % down * GROUP_ROWS;
  let first_column = tile % across * GROUP_COLUMNS;
  let rows = Operand(replica * width * params.terms, params.terms, 1u, width - 1u);
  let columns = Operand(params.first, params.column_step, params.term_step, params.columns - 1u);
  var found = products(lane, first_row, first_column, rows, columns, params.terms);

  let second_layer = own_targets(replica) + 3u * params.samples;
  let part = (replica * down + first_row / GROUP_ROWS) * DOWN + lane.place.y;
  for (var c = 0u; c < TILE_COLUMNS; c++) {
    let column = first_column + tile_column(lane.place, c);
    if (column >= params.columns) {
      continue;
    }
    var output = 0.0;
    var slope = 0.0;
    var reach = 0.0; // NaN in z may be hidden by the activation, but not by a sum
    for (var r = 0u; r < TILE_ROWS; r++) {
      let row = first_row + tile_row(lane.place, r);
      if (row < width) {
        let cell = (replica * width + row) * params.columns + column;
        let z = select(0.0, start[cell], params.from_start == 1u) + found[r * TILE_COLUMNS + c];
        let a = targets[second_layer + row];
        preactivations[cell] = z;
        output += a * phi(z);
        slope += abs(a * dphi(z));
        reach += abs(z);
      }
    }
    let at = part * 3u * params.columns + column;
    partials[at] = output;
    partials[at + params.columns] = slope;
    partials[at + 2u * params.columns] = reach;
  }
}
