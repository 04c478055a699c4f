// How the cells of a matrix product are shared out, and where its operands lie.
//   product[row][column] = sum_k left(row, k) right(column, k),   k < terms
// A workgroup of ACROSS x DOWN invocations has a tile of the product, and each of them TILE_ROWS x TILE_COLUMNS cells of
// that: rows in a row, columns in groups of four, so that what neighbours read and write lies side by side.

const TILE_CELLS = TILE_ROWS * TILE_COLUMNS;
const GROUP_ROWS = TILE_ROWS * DOWN;
const GROUP_COLUMNS = TILE_COLUMNS * ACROSS;
const QUAD = min(TILE_COLUMNS, 4u);

// The rows of left, or the columns of right: the first number of all, how far it is to that of the next line and to the
// line's next number, and the last line. Lines past the last repeat it, so that tiles may reach beyond the edge.
struct Operand { origin: u32, line: u32, term: u32, last: u32 }

fn line_at(operand: Operand, line: u32) -> u32 {
  return operand.origin + min(line, operand.last) * operand.line;
}

fn tile_row(place: vec3u, r: u32) -> u32 {
  return place.y * TILE_ROWS + r;
}

fn tile_column(place: vec3u, c: u32) -> u32 {
  return (c / QUAD) * (ACROSS * QUAD) + place.x * QUAD + c % QUAD;
}
