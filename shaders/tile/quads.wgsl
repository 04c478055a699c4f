// The cells of an invocation, from storage into registers. The first four lanes of a subgroup read a number each of four
// rows of left, and hand them to all. For software adapters: there a read costs as much as a dozen multiplications, barriers
// are dear, and workgroup memory is no nearer than storage. All lanes need the same rows, so DOWN = 1. DEPTH terms are
// added at a time; sums of 64 terms are added up separately.
// uses: lib/product.wgsl

enable subgroups;

struct Lane {
  @builtin(local_invocation_id) place: vec3u,
  @builtin(subgroup_invocation_id) in_subgroup: u32,
}

fn products(lane: Lane, row: u32, column: u32, rows: Operand, columns: Operand, terms: u32) -> array<f32, TILE_CELLS> {
  var left_lines: array<u32, ROW_QUADS>;
  var right_lines: array<u32, TILE_COLUMNS>;
  // @unroll
  for (var q = 0u; q < ROW_QUADS; q++) {
    left_lines[q] = line_at(rows, row + q * 4u + lane.in_subgroup % 4u);
  }
  // @unroll
  for (var c = 0u; c < TILE_COLUMNS; c++) {
    right_lines[c] = line_at(columns, column + tile_column(lane.place, c));
  }
  var total = array<f32, TILE_CELLS>();
  for (var begin = 0u; begin < terms; begin += 64u) {
    var part = array<f32, TILE_CELLS>();
    let end = min(begin + 64u, terms);
    for (var k = begin; k < end; k += DEPTH) {
      var x: array<f32, DEPTH * TILE_COLUMNS>;
      // @unroll
      for (var t = 0u; t < DEPTH; t++) {
        let at = min(k + t, end - 1u) * columns.term;
        // @unroll
        for (var c = 0u; c < TILE_COLUMNS; c++) {
          x[t * TILE_COLUMNS + c] = select(0.0, right[right_lines[c] + at], k + t < end);
        }
      }
      // @unroll
      for (var q = 0u; q < ROW_QUADS; q++) {
        var four: array<f32, DEPTH>;
        // @unroll
        for (var t = 0u; t < DEPTH; t++) {
          four[t] = left[left_lines[q] + min(k + t, end - 1u) * rows.term];
        }
        // @unroll
        for (var i = 0u; i < 4u; i++) {
          var y: array<f32, DEPTH>;
          // @unroll
          for (var t = 0u; t < DEPTH; t++) {
            y[t] = subgroupBroadcast(four[t], i);
          }
          // @unroll
          for (var c = 0u; c < TILE_COLUMNS; c++) {
            // @unroll
            for (var t = 0u; t < DEPTH; t++) {
              part[(q * 4u + i) * TILE_COLUMNS + c] += y[t] * x[t * TILE_COLUMNS + c];
            }
          }
        }
      }
    }
    // @unroll
    for (var r = 0u; r < TILE_ROWS; r++) {
      // @unroll
      for (var c = 0u; c < TILE_COLUMNS; c++) {
        total[r * TILE_COLUMNS + c] += part[r * TILE_COLUMNS + c];
      }
    }
  }
  return total;
}
