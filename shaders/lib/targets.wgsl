// Where a replica's targets begin: y (n), |x_i|^2 (n), phi^-1(y_i / m) (n), a (m). They are shared by all replicas
// (OWN_TARGETS = 0), or each of TARGET_SETS replicas has its own, OWN_TARGETS numbers apart. Rows of several states of the same
// replicas, one after the other, share the targets of their replica.

fn own_targets(replica: u32) -> u32 {
  return (replica % TARGET_SETS) * OWN_TARGETS;
}
