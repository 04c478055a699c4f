// The cells of a width x count matrix, some for each invocation: a workgroup of 64 takes CELLS_EACH x 64 that follow each
// other, an invocation every 64th of them. A cell's row and column are counted on, because the divisions that find them cost
// more than what is done with a cell.

const CELLS_EACH = 16u;
const GROUP_CELLS = CELLS_EACH * 64u;

struct Cell { index: u32, j: u32, i: u32 }

// Workgroups for a matrix.
fn matrix_parts() -> u32 {
  return (params.width * params.count + GROUP_CELLS - 1u) / GROUP_CELLS;
}

fn cell_at(index: u32) -> Cell {
  return Cell(index, index / params.count, index % params.count);
}

// The cell `stride` further on; stride.i is below the count, so that a sum of two carries 1 at most.
fn cell_after(cell: Cell, stride: Cell) -> Cell {
  let i = cell.i + stride.i;
  let carry = u32(i >= params.count);
  return Cell(cell.index + stride.index, cell.j + stride.j + carry, i - carry * params.count);
}
