// Four sums, or maxima, over the invocations of a workgroup at once, by the tree of lib/tree.wgsl.

var<workgroup> tree_of_fours: array<vec4f, LANES>;

fn tree_sum_four(values: vec4f, local: u32) -> vec4f {
  tree_of_fours[local] = values;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (local < half) {
      tree_of_fours[local] += tree_of_fours[local + half];
    }
    workgroupBarrier();
  }
  let result = tree_of_fours[0];
  workgroupBarrier();
  return result;
}

fn tree_max_four(values: vec4f, local: u32) -> vec4f {
  tree_of_fours[local] = values;
  workgroupBarrier();
  for (var half = LANES / 2u; half > 0u; half /= 2u) {
    if (local < half) {
      tree_of_fours[local] = max(tree_of_fours[local], tree_of_fours[local + half]);
    }
    workgroupBarrier();
  }
  let result = tree_of_fours[0];
  workgroupBarrier();
  return result;
}
