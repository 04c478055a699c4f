// Data space. The state is the m x n matrix A of accumulated coefficients, Theta = Theta0 + A X, and
//   z_ij = (Theta0 X^T)_ji + sum_k A_jk G_ik,  G = X X^T.
// A gradient of sample i moves one column of A, so a step needs no inner product over the input dimension, and Theta
// follows exactly. Names: features = G (n x n), start = Theta0 X^T (replicas x m x n), state = A.

fn offset(row: u32, sample: u32) -> f32 {
  return start[row * SAMPLES + sample];
}

// Sum of the sizes of a neuron's offsets.
fn offsets(row: u32) -> f32 {
  var total = 0.0;
  for (var i = 0u; i < SAMPLES; i++) {
    total += abs(offset(row, i));
  }
  return total;
}

fn direction(sample: u32, feature: u32) -> f32 {
  return select(0.0, 1.0, sample == feature);
}

fn advance(row: u32, sample: u32, pull: f32) {
  state[row * STATE + sample] += pull;
}
