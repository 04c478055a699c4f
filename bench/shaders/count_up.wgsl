// count_up: adds 1 to a counter. A dispatch has to wait for the one before, as the steps of a run have to.

@group(0) @binding(0) var<storage, read_write> counter: array<u32>;

@compute @workgroup_size(1)
fn count_up() {
  counter[0] = counter[0] + 1u;
}
