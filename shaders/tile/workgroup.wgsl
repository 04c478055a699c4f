// The cells of a workgroup together, by way of workgroup memory: it fetches DEPTH terms of its rows of left and of its
// columns of right, each number once and neighbours by neighbours, then each invocation multiplies what is in reach of all.
// For GPUs, and where there are no subgroups. TILE_ROWS and TILE_COLUMNS are multiples of 4, and DEPTH divides 64; sums of 64
// terms are added up separately.
// uses: lib/product.wgsl

const LEFT_QUADS = GROUP_ROWS / 4u;
const RIGHT_QUADS = GROUP_COLUMNS / 4u;
// One more than there are: neighbours along the terms then store into different banks of the memory.
const LEFT_STRIDE = LEFT_QUADS + 1u;
const RIGHT_STRIDE = RIGHT_QUADS + 1u;

var<workgroup> left_tile: array<vec4f, DEPTH * LEFT_STRIDE>;
var<workgroup> right_tile: array<vec4f, DEPTH * RIGHT_STRIDE>;

struct Lane { @builtin(local_invocation_id) place: vec3u }

// Which four lines, and which term of DEPTH, an invocation fetches: neighbours fetch along what lies side by side.
fn fetched(item: u32, quads: u32, operand: Operand) -> vec2u {
  return select(vec2u(item % quads, item / quads), vec2u(item / DEPTH, item % DEPTH), operand.term == 1u);
}

fn lines_at(operand: Operand, first: u32) -> vec4u {
  return vec4u(
    line_at(operand, first),
    line_at(operand, first + 1u),
    line_at(operand, first + 2u),
    line_at(operand, first + 3u),
  );
}

fn products(lane: Lane, row: u32, column: u32, rows: Operand, columns: Operand, terms: u32) -> array<f32, TILE_CELLS> {
  let local = lane.place.y * ACROSS + lane.place.x;
  var total = array<f32, TILE_CELLS>();
  for (var begin = 0u; begin < terms; begin += 64u) {
    var part = array<f32, TILE_CELLS>();
    let end = min(begin + 64u, terms);
    for (var chunk = begin; chunk < end; chunk += DEPTH) {
      workgroupBarrier();
      for (var item = local; item < DEPTH * LEFT_QUADS; item += ACROSS * DOWN) {
        let place = fetched(item, LEFT_QUADS, rows);
        let four = lines_at(rows, row + place.x * 4u) + min(chunk + place.y, terms - 1u) * rows.term;
        let values = vec4f(left[four.x], left[four.y], left[four.z], left[four.w]);
        left_tile[place.y * LEFT_STRIDE + place.x] = select(vec4f(), values, chunk + place.y < terms);
      }
      for (var item = local; item < DEPTH * RIGHT_QUADS; item += ACROSS * DOWN) {
        let place = fetched(item, RIGHT_QUADS, columns);
        let four = lines_at(columns, column + place.x * 4u) + min(chunk + place.y, terms - 1u) * columns.term;
        let values = vec4f(right[four.x], right[four.y], right[four.z], right[four.w]);
        right_tile[place.y * RIGHT_STRIDE + place.x] = select(vec4f(), values, chunk + place.y < terms);
      }
      workgroupBarrier();
      for (var k = 0u; k < DEPTH; k++) {
        var x: array<vec4f, COLUMN_QUADS>;
        // @unroll
        for (var c = 0u; c < COLUMN_QUADS; c++) {
          x[c] = right_tile[k * RIGHT_STRIDE + c * ACROSS + lane.place.x];
        }
        // @unroll
        for (var q = 0u; q < ROW_QUADS; q++) {
          let y = left_tile[k * LEFT_STRIDE + lane.place.y * ROW_QUADS + q];
          // @unroll
          for (var i = 0u; i < 4u; i++) {
            // @unroll
            for (var c = 0u; c < TILE_COLUMNS; c++) {
              part[(q * 4u + i) * TILE_COLUMNS + c] += y[i] * x[c / 4u][c % 4u];
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
