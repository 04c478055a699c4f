// observe: the partial sums from which most metrics are finished, over chunks of 256 samples.
//   0  sum_i e_i^2                                   the loss
//   1  sum_i |x_i|^2 sum_j (a_j phi'(z_ij))^2        half the trace on the zero-loss manifold
//   2  sum_i |x_i|^2 e_i sum_j a_j phi''(z_ij)       half of what the residual adds to the trace
//   3  max_i (max_j z_ij - min_j z_ij)               disagreement of the neurons
//   4  max_ij |z_ij - phi^-1(y_i / m)|               distance to the optimum
//   5  how many samples have a residual, or pre-activations, not a number or beyond 2^64
//   6  max_i |e_i|                                   largest residual
//   7  max_i |x_i|^2 sum_j (a_j phi'(z_ij))^2        largest squared norm of a sample's gradient of r
// preactivations is replicas x m x count (the block), partials is chunks x replicas x 8; params.chunk is the number of
// the block's first chunk.
// One workgroup per replica and chunk; the host finishes the sums over chunks in float64.
// uses: lib/grid.wgsl
// uses: lib/tree_four.wgsl
// uses: lib/bounded.wgsl
// slot: activation
// uses: lib/targets.wgsl

struct Params { replicas: u32, width: u32, samples: u32, first: u32, count: u32, chunk: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> preactivations: array<f32>;
@group(0) @binding(1) var<storage, read> targets: array<f32>;
@group(0) @binding(2) var<storage, read_write> partials: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn observe(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let item = workgroup_index(workgroup, groups);
  let chunks = (params.count + 255u) / 256u;
  if (item >= params.replicas * chunks) {
    return;
  }
  let replica = item / chunks;
  let first_target = own_targets(replica);
  let chunk = item % chunks;
  let samples = params.samples;
  let end = min(chunk * 256u + 256u, params.count);

  var loss = 0.0;
  var steepness = 0.0;
  var bend = 0.0;
  var steepest = 0.0;
  var disagreement = 0.0;
  var distance = 0.0;
  var broken = 0.0;
  var largest = 0.0;
  for (var i = chunk * 256u + local; i < end; i += LANES) {
    let sample = params.first + i;
    let aim = targets[first_target + 2u * samples + sample];
    var output = 0.0;
    var slopes = 0.0;
    var bends = 0.0;
    var reach = 0.0; // NaN in z may be hidden by the activation, but not by a sum
    var lowest = preactivations[replica * params.width * params.count + i];
    var highest = lowest;
    for (var j = 0u; j < params.width; j++) {
      let z = preactivations[(replica * params.width + j) * params.count + i];
      let a = targets[first_target + 3u * samples + j];
      let slope = a * dphi(z);
      let curve = a * d2phi(z);
      output += a * phi(z);
      slopes += slope * slope;
      bends += curve;
      reach += abs(z);
      lowest = min(lowest, z);
      highest = max(highest, z);
      distance = max(distance, abs(z - aim));
    }
    let e = output - targets[first_target + sample];
    let q = targets[first_target + samples + sample];
    loss += e * e;
    steepness += q * slopes;
    bend += q * e * bends;
    steepest = max(steepest, q * slopes);
    disagreement = max(disagreement, highest - lowest);
    largest = max(largest, abs(e));
    broken += select(1.0, 0.0, is_bounded(abs(e)) && is_bounded(reach));
  }
  let base = ((params.chunk + chunk) * params.replicas + replica) * 8u;
  let sums = tree_sum_four(vec4f(loss, steepness, bend, broken), local);
  let maxima = tree_max_four(vec4f(disagreement, distance, largest, steepest), local);
  if (local == 0u) {
    partials[base] = sums.x;
    partials[base + 1u] = sums.y;
    partials[base + 2u] = sums.z;
    partials[base + 3u] = maxima.x;
    partials[base + 4u] = maxima.y;
    partials[base + 5u] = sums.w;
    partials[base + 6u] = maxima.z;
    partials[base + 7u] = maxima.w;
  }
}
