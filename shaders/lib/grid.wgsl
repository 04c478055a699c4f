// One long index from a two-dimensional grid. A dispatch may have at most 65,535 workgroups in a dimension, so the host
// folds long grids into rows; and it cuts long work into several dispatches, each beginning at its own first workgroup. The
// kernels undo both here, and compare the index with the true length.

fn workgroup_index(workgroup: vec3u, groups: vec3u) -> u32 {
  return params.first_group + workgroup.x + workgroup.y * groups.x;
}
