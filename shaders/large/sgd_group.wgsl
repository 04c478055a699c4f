// sgd_group: many label-noise SGD steps in one dispatch, one replica a workgroup of LANES invocations, neurons dealt out
// to the invocations. For networks too large for sgd_lane; the same mathematics, the state in storage.
// An invocation alone reads and writes the rows of its neurons, so only the sum over neurons needs the others.
// slopes is replicas x BATCH x m scratch: a_j phi'(z_j,i_s), kept until all samples of the batch have been seen.
// slot: activation
// slot: space
// slot: draws
// uses: lib/bounded.wgsl
// uses: lib/grid.wgsl
// uses: lib/targets.wgsl
// slot: schedule
// uses: lib/settings.wgsl

struct Params { replicas: u32, first_step: u32, steps: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> features: array<f32>;
@group(0) @binding(1) var<storage, read> start: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read> settings: array<Settings>;
@group(0) @binding(4) var<storage, read> recorded: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> state: array<f32>;
@group(0) @binding(6) var<storage, read_write> status: array<u32>;
@group(0) @binding(7) var<storage, read_write> slopes: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

var<workgroup> outputs: array<f32, LANES>;
var<workgroup> sizes: array<f32, LANES>;
var<workgroup> pulls: array<f32, BATCH>;
var<workgroup> drawn_samples: array<u32, BATCH>;
var<workgroup> running: u32;
var<workgroup> update_size: f32;

@compute @workgroup_size(LANES)
fn sgd_group(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let replica = workgroup_index(workgroup, groups);
  if (replica >= params.replicas) {
    return;
  }
  let first_target = own_targets(replica);
  let own = settings[replica];
  if (local == 0u) {
    running = select(0u, 1u, status[replica] == RUNNING);
  }
  for (var t = 0u; t < params.steps; t++) {
    if (workgroupUniformLoad(&running) == 0u) {
      break;
    }
    let step = params.first_step + t;
    if (local == 0u) {
      update_size = 0.0;
    }
    for (var s = 0u; s < BATCH; s++) {
      let drawn = draw(own.seed, step, replica, s);
      var output = 0.0;
      var size = 0.0;
      for (var j = local; j < WIDTH; j += LANES) {
        let row = replica * WIDTH + j;
        var z = offset(row, drawn.sample);
        for (var begin = 0u; begin < STATE; begin += 64u) {
          var part = 0.0;
          let end = min(begin + 64u, STATE);
          for (var k = begin; k < end; k++) {
            part += state[row * STATE + k] * features[drawn.sample * STATE + k];
          }
          z += part;
        }
        let a = targets[first_target + 3u * SAMPLES + j];
        let slope = a * dphi(z);
        output += a * phi(z);
        // z as well, because an activation may hide a NaN behind a clamp or a maximum.
        size += abs(slope) + abs(z);
        slopes[(replica * BATCH + s) * WIDTH + j] = slope;
      }
      outputs[local] = output;
      sizes[local] = size;
      workgroupBarrier();
      for (var half = LANES / 2u; half > 0u; half /= 2u) {
        if (local < half) {
          outputs[local] += outputs[local + half];
          sizes[local] += sizes[local + half];
        }
        workgroupBarrier();
      }
      if (local == 0u) {
        let now = at_step(own, step);
        let pull = now.factor * (outputs[0] - targets[first_target + drawn.sample] + now.noise * drawn.noise);
        pulls[s] = pull;
        drawn_samples[s] = drawn.sample;
        update_size += abs(pull) * sizes[0] + abs(pull);
      }
      workgroupBarrier();
    }
    if (!is_bounded(workgroupUniformLoad(&update_size))) {
      if (local == 0u) {
        status[replica] = step;
      }
      break;
    }
    for (var j = local; j < WIDTH; j += LANES) {
      for (var s = 0u; s < BATCH; s++) {
        advance(replica * WIDTH + j, drawn_samples[s], pulls[s] * slopes[(replica * BATCH + s) * WIDTH + j]);
      }
    }
    workgroupBarrier();
  }
}
