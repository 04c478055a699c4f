// A fixed reduction tree over the LANES invocations of a workgroup (a power of two). The order of additions never depends
// on timing, so the same inputs give the same bits.

var<workgroup> tree: array<f32, LANES>;

fn tree_sum(value: f32, local: u32) -> f32 {
  tree[local] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (local < half) {
      tree[local] += tree[local + half];
    }
    workgroupBarrier();
  }
  let result = tree[0];
  workgroupBarrier();
  return result;
}

fn tree_max(value: f32, local: u32) -> f32 {
  tree[local] = value;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (local < half) {
      tree[local] = max(tree[local], tree[local + half]);
    }
    workgroupBarrier();
  }
  let result = tree[0];
  workgroupBarrier();
  return result;
}
