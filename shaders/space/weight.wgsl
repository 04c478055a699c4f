// Weight space. The state is Theta itself, z_ij = sum_k Theta_jk x_ik, and a gradient of sample i moves a whole row.
// Names: features = X (n x d), state = Theta (replicas x m x d); start is not read.

fn offset(row: u32, sample: u32) -> f32 {
  return 0.0;
}

fn offsets(row: u32) -> f32 {
  return 0.0;
}

fn direction(sample: u32, feature: u32) -> f32 {
  return features[sample * STATE + feature];
}

fn advance(row: u32, sample: u32, pull: f32) {
  for (var k = 0u; k < STATE; k++) {
    state[row * STATE + k] += pull * features[sample * STATE + k];
  }
}
