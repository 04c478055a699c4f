// sgd_lane: many label-noise SGD steps of a small network in one dispatch, one replica an invocation, its whole state in
// registers. Per step, with a mini-batch of BATCH samples i_s and noises zeta_s:
//   e_s = sum_j a_j phi(z_j,i_s) - y_i_s + sigma zeta_s
//   state_jk <- state_jk - (2 eta / BATCH) sum_s e_s a_j phi'(z_j,i_s) direction(i_s, k)
// settings[r] has the factor -2 eta_r / BATCH or its like, sigma_r and the seed. The space slot says what state, features
// and direction are (data space: coefficients; weight space: Theta).
// Sizes are constants: WIDTH = m, SAMPLES = n, STATE = n or d, BATCH. The loops over them are unrolled, so that the
// arrays live in registers: software drivers and some GPU drivers do not do it by themselves.
// A replica whose update is not a number, or is beyond 2^64, stops before it moves, and its step is kept in status; so
// does one that starts with such numbers, which an activation could hide behind a clamp or a maximum.
// After every `every` steps of the run the states are kept, in place (steps done) / every - first_row: kept is
// rows x replicas x m x STATE. What has stopped is kept as it is.
// slot: activation
// slot: space
// slot: draws
// uses: lib/bounded.wgsl
// uses: lib/grid.wgsl
// uses: lib/targets.wgsl
// slot: schedule
// uses: lib/settings.wgsl

struct Params { replicas: u32, first_step: u32, steps: u32, every: u32, first_row: u32, first_group: u32 }

@group(0) @binding(0) var<storage, read> features: array<f32>;
@group(0) @binding(1) var<storage, read> start: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read> settings: array<Settings>;
@group(0) @binding(4) var<storage, read> recorded: array<vec2u>;
@group(0) @binding(5) var<storage, read_write> state: array<f32>;
@group(0) @binding(6) var<storage, read_write> status: array<u32>;
@group(0) @binding(7) var<storage, read_write> kept: array<f32>;
@group(1) @binding(0) var<uniform> params: Params;

@compute @workgroup_size(LANES)
fn sgd_lane(
  @builtin(workgroup_id) workgroup: vec3u,
  @builtin(num_workgroups) groups: vec3u,
  @builtin(local_invocation_index) local: u32,
) {
  let replica = workgroup_index(workgroup, groups) * LANES + local;
  if (replica >= params.replicas) {
    return;
  }
  let first_target = own_targets(replica);
  let own = settings[replica];
  var cells: array<f32, WIDTH * STATE>;
  var second: array<f32, WIDTH>;
  var loaded = 0.0;
  // @unroll
  for (var j = 0u; j < WIDTH; j++) {
    second[j] = targets[first_target + 3u * SAMPLES + j];
    // @unroll
    for (var k = 0u; k < STATE; k++) {
      cells[j * STATE + k] = state[(replica * WIDTH + j) * STATE + k];
      loaded += abs(cells[j * STATE + k]);
    }
    loaded += offsets(replica * WIDTH + j);
  }
  let last = params.first_step + params.steps;
  // The step before which the replica has stopped, or `last`.
  var stop = last;
  if (status[replica] != RUNNING) {
    stop = 0u;
  } else if (!is_bounded(loaded)) {
    status[replica] = params.first_step;
    stop = 0u;
  }
  let moves = stop == last;

  // Stretches end where states are kept. The steps have a loop to themselves, because software adapters carry out both sides
  // of a condition.
  for (var begin = params.first_step; begin < last;) {
    let end = begin + min(last - begin, params.every - begin % params.every);
    for (var step = begin; step < min(end, stop); step++) {
      let now = at_step(own, step);
      var samples: array<u32, BATCH>;
      var pulls: array<f32, BATCH * WIDTH>;
      var size = 0.0;
      // @unroll
      for (var s = 0u; s < BATCH; s++) {
        let drawn = draw(own.seed, step, replica, s);
        samples[s] = drawn.sample;
        var row: array<f32, STATE>;
        // @unroll
        for (var k = 0u; k < STATE; k++) {
          row[k] = features[drawn.sample * STATE + k];
        }
        var output = 0.0;
        // @unroll
        for (var j = 0u; j < WIDTH; j++) {
          var z = offset(replica * WIDTH + j, drawn.sample);
          // @unroll
          for (var k = 0u; k < STATE; k++) {
            z += cells[j * STATE + k] * row[k];
          }
          output += second[j] * phi(z);
          pulls[s * WIDTH + j] = second[j] * dphi(z);
        }
        let pull = now.factor * (output - targets[first_target + drawn.sample] + now.noise * drawn.noise);
        // @unroll
        for (var j = 0u; j < WIDTH; j++) {
          pulls[s * WIDTH + j] *= pull;
          size += abs(pulls[s * WIDTH + j]);
        }
        size += abs(pull);
      }
      if (!is_bounded(size)) {
        status[replica] = step;
        stop = step;
        break;
      }
      // @unroll
      for (var s = 0u; s < BATCH; s++) {
        // @unroll
        for (var k = 0u; k < STATE; k++) {
          let along = direction(samples[s], k);
          // @unroll
          for (var j = 0u; j < WIDTH; j++) {
            cells[j * STATE + k] += pulls[s * WIDTH + j] * along;
          }
        }
      }
    }
    if (end % params.every == 0u) {
      let place = ((end / params.every - params.first_row) * params.replicas + replica) * WIDTH;
      // @unroll
      for (var j = 0u; j < WIDTH; j++) {
        // @unroll
        for (var k = 0u; k < STATE; k++) {
          kept[(place + j) * STATE + k] = cells[j * STATE + k];
        }
      }
    }
    begin = end;
  }

  if (!moves) {
    return;
  }
  // @unroll
  for (var j = 0u; j < WIDTH; j++) {
    // @unroll
    for (var k = 0u; k < STATE; k++) {
      state[(replica * WIDTH + j) * STATE + k] = cells[j * STATE + k];
    }
  }
}
