// Where a replica's targets begin: y (n), |x_i|^2 (n), phi^-1(y_i / m) (n), a (m). OWN_TARGETS is 0 where all replicas share
// them, and otherwise how many numbers each has.

fn own_targets(replica: u32) -> u32 {
  return replica * OWN_TARGETS;
}
