// pass_around: 64 invocations hand a number to their neighbour, ROUNDS times, with two barriers each: one until all have
// read, one until all have written. After r rounds invocation k holds (k + r) mod 64.

override ROUNDS: u32;

@group(0) @binding(0) var<storage, read_write> places: array<u32>;

var<workgroup> shared_places: array<u32, 64>;

@compute @workgroup_size(64)
fn pass_around(@builtin(local_invocation_index) lane: u32) {
  shared_places[lane] = lane;
  workgroupBarrier();
  for (var round = 0u; round < ROUNDS; round++) {
    let next = shared_places[(lane + 1u) & 63u];
    workgroupBarrier();
    shared_places[lane] = next;
    workgroupBarrier();
  }
  places[lane] = shared_places[lane];
}
