// The cells of an invocation by themselves, from storage into registers. For software adapters without subgroups, whose
// barriers are dear and whose workgroup memory is no nearer than storage. DEPTH terms are added at a time; sums of 64 terms
// are added up separately.
// uses: lib/product.wgsl

struct Lane { @builtin(local_invocation_id) place: vec3u }

fn products(lane: Lane, row: u32, column: u32, rows: Operand, columns: Operand, terms: u32) -> array<f32, TILE_CELLS> {
  var left_lines: array<u32, TILE_ROWS>;
  var right_lines: array<u32, TILE_COLUMNS>;
  // @unroll
  for (var r = 0u; r < TILE_ROWS; r++) {
    left_lines[r] = line_at(rows, row + tile_row(lane.place, r));
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
      for (var r = 0u; r < TILE_ROWS; r++) {
        var y: array<f32, DEPTH>;
        // @unroll
        for (var t = 0u; t < DEPTH; t++) {
          y[t] = left[left_lines[r] + min(k + t, end - 1u) * rows.term];
        }
        // @unroll
        for (var c = 0u; c < TILE_COLUMNS; c++) {
          // @unroll
          for (var t = 0u; t < DEPTH; t++) {
            part[r * TILE_COLUMNS + c] += y[t] * x[t * TILE_COLUMNS + c];
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
