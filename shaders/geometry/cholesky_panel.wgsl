// cholesky_panel: 32 columns of the Cholesky factor, K = L L^T, from column `column` on, once cholesky_update has taken off what
// the columns before them explain:
//   L_ik = (K_ik - sum_(column <= l < k) L_il L_kl) / L_kk,   i >= k.
// gram and factor are replicas x n x n, of which the lower halves are used; on the diagonal factor holds 1 / L_kk. A pivot
// L_kk^2 that is not above n * 2^-24 times the largest diagonal entry of K means that K is singular to working precision: that
// direction is left out (1 / L_kk is 0). pivots is replicas x 4: the smallest and the largest pivot so far, the largest
// diagonal entry, unused. A replica that stopped at or before `step` (status) is left alone.
// A workgroup has the 32 rows of the diagonal block, which each workgroup factors for itself, and 32 rows below them; one
// invocation a row where there are as many.
// uses: lib/grid.wgsl
// uses: lib/tree.wgsl

struct Params { replicas: u32, samples: u32, column: u32, step: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> gram: array<f32>;
@group(0) @binding(1) var<storage, read> status: array<u32>;
@group(0) @binding(2) var<storage, read_write> factor: array<f32>;
@group(0) @binding(3) var<storage, read_write> pivots: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> rows: array<f32, 2048>; // 64 x 32
var<workgroup> found: array<f32, 32>; // pivots

@compute @workgroup_size(LANES)
fn cholesky_panel(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let n = params.samples;
  let column = params.column;
  let columns = min(32u, n - column);
  let below = n - column - columns;
  let parts = max(1u, (below + 31u) / 32u);
  let item = workgroup_index(workgroup, groups);
  let replica = item / parts;
  let part = item % parts;
  if (replica >= params.replicas || params.step >= status[replica]) {
    return;
  }
  let base = replica * n * n;
  let taken = 32u + min(32u, below - min(below, part * 32u));

  var largest_entry = 0.0;
  if (column == 0u) {
    for (var k = local; k < n; k += LANES) {
      largest_entry = max(largest_entry, gram[base + k * n + k]);
    }
  } else {
    largest_entry = pivots[replica * 4u + 2u];
  }
  largest_entry = tree_max(largest_entry, local);
  let floor = largest_entry * f32(n) * 5.9604645e-8;

  for (var i = local; i < taken; i += LANES) {
    let cell = base + row_of(i, part) * n + column;
    for (var k = 0u; k < columns; k++) {
      if (row_of(i, part) < n) {
        rows[i * 32u + k] = gram[cell + k];
      }
    }
  }
  if (local == 0u) {
    found[0] = rows[0];
  }
  workgroupBarrier();
  for (var k = 0u; k < columns; k++) {
    let pivot = found[k];
    let scale = select(0.0, inverseSqrt(max(pivot, floor)), pivot > floor);
    for (var i = first_row(k + 1u, local); i < taken; i += LANES) {
      var value = rows[i * 32u + k];
      for (var l = 0u; l < k; l++) {
        value -= rows[i * 32u + l] * rows[k * 32u + l];
      }
      rows[i * 32u + k] = value * scale;
      if (i == k + 1u && i < columns) {
        // The row of the next pivot is complete.
        var next = rows[i * 32u + i];
        for (var l = 0u; l <= k; l++) {
          next -= rows[i * 32u + l] * rows[i * 32u + l];
        }
        found[i] = next;
      }
    }
    workgroupBarrier();
  }

  for (var i = local; i < taken; i += LANES) {
    let row = row_of(i, part);
    let own = i < 32u;
    if (row < n && (part == 0u || !own)) {
      for (var k = 0u; k < select(columns, min(i, columns), own); k++) {
        factor[base + row * n + column + k] = rows[i * 32u + k];
      }
    }
    if (own && i < columns && part == 0u) {
      factor[base + row * n + row] = select(0.0, inverseSqrt(max(found[i], floor)), found[i] > floor);
    }
  }
  if (local == 0u && part == 0u) {
    let place = replica * 4u;
    var smallest = found[0];
    var largest = max(found[0], 0.0);
    for (var k = 1u; k < columns; k++) {
      smallest = min(smallest, found[k]);
      largest = max(largest, found[k]);
    }
    if (column > 0u) {
      smallest = min(smallest, pivots[place]);
      largest = max(largest, pivots[place + 1u]);
    }
    pivots[place] = smallest;
    pivots[place + 1u] = largest;
    pivots[place + 2u] = largest_entry;
  }
}

// The row of the matrix that is row i of the workgroup: of the diagonal block, or of the part below it.
fn row_of(i: u32, part: u32) -> u32 {
  return params.column + i + select(0u, part * 32u, i >= 32u);
}

// The first row from `least` on that this invocation has.
fn first_row(least: u32, local: u32) -> u32 {
  return least + (local + LANES - least % LANES) % LANES;
}
