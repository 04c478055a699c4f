// sgd_subgroup: many label-noise SGD steps of a small network in one dispatch, one replica a workgroup of LANES invocations that
// lie in one subgroup, the neurons dealt out to them, the state in registers. The mathematics, the bindings and what is kept on
// the way are those of sgd_lane, its portable twin. An invocation holds ROWS = ceil(m / LANES) neurons; only the sum over
// neurons needs the others, and goes by shuffles in HALVINGS = log2(LANES) rounds, whose order is fixed.
// Shuffles must be met by all, so that a replica that has stopped goes on without moving.
enable subgroups;
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

// The sums over all invocations, in each of them.
fn total(own: vec2f) -> vec2f {
  var sum = own;
  // @unroll
  for (var k = 0u; k < HALVINGS; k++) {
    sum += subgroupShuffleXor(sum, 1u << k);
  }
  return sum;
}

@compute @workgroup_size(LANES)
fn sgd_subgroup(
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
  var cells: array<f32, ROWS * STATE>;
  var second: array<f32, ROWS>;
  var rows: array<u32, ROWS>;
  var loaded = 0.0;
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    // What lies past the last neuron repeats it, and has no weight in the second layer.
    let j = min(local + r * LANES, WIDTH - 1u);
    rows[r] = replica * WIDTH + j;
    second[r] = select(0.0, targets[first_target + 3u * SAMPLES + j], local + r * LANES < WIDTH);
    // @unroll
    for (var k = 0u; k < STATE; k++) {
      cells[r * STATE + k] = state[rows[r] * STATE + k];
      loaded += abs(cells[r * STATE + k]);
    }
    loaded += offsets(rows[r]);
  }
  let sound = is_bounded(total(vec2f(loaded, 0.0)).x);
  let ran = status[replica] == RUNNING;
  let moves = ran && sound;
  if (local == 0u && ran && !sound) {
    status[replica] = params.first_step;
  }
  var running = moves;

  // Stretches end where states are kept.
  let last = params.first_step + params.steps;
  for (var begin = params.first_step; begin < last;) {
    let end = begin + min(last - begin, params.every - begin % params.every);
    for (var step = begin; step < end; step++) {
      let now = at_step(own, step);
      var samples: array<u32, BATCH>;
      var pulls: array<f32, BATCH * ROWS>;
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
        var sums = vec2f();
        // @unroll
        for (var r = 0u; r < ROWS; r++) {
          var z = offset(rows[r], drawn.sample);
          // @unroll
          for (var k = 0u; k < STATE; k++) {
            z += cells[r * STATE + k] * row[k];
          }
          let slope = second[r] * dphi(z);
          sums += vec2f(second[r] * phi(z), abs(slope));
          pulls[s * ROWS + r] = slope;
        }
        let all = total(sums);
        let pull = now.factor * (all.x - targets[first_target + drawn.sample] + now.noise * drawn.noise);
        size += abs(pull) * all.y + abs(pull);
        // @unroll
        for (var r = 0u; r < ROWS; r++) {
          pulls[s * ROWS + r] *= pull;
        }
      }
      if (running && !is_bounded(size)) {
        running = false;
        if (local == 0u) {
          status[replica] = step;
        }
      }
      // @unroll
      for (var s = 0u; s < BATCH; s++) {
        // @unroll
        for (var r = 0u; r < ROWS; r++) {
          pulls[s * ROWS + r] = select(0.0, pulls[s * ROWS + r], running);
        }
        // @unroll
        for (var k = 0u; k < STATE; k++) {
          let along = direction(samples[s], k);
          // @unroll
          for (var r = 0u; r < ROWS; r++) {
            cells[r * STATE + k] += pulls[s * ROWS + r] * along;
          }
        }
      }
    }
    if (end % params.every == 0u) {
      let place = ((end / params.every - params.first_row) * params.replicas + replica) * WIDTH;
      // @unroll
      for (var r = 0u; r < ROWS; r++) {
        if (local + r * LANES < WIDTH) {
          // @unroll
          for (var k = 0u; k < STATE; k++) {
            kept[(place + local + r * LANES) * STATE + k] = cells[r * STATE + k];
          }
        }
      }
    }
    begin = end;
  }

  if (!moves) {
    return;
  }
  // @unroll
  for (var r = 0u; r < ROWS; r++) {
    if (local + r * LANES < WIDTH) {
      // @unroll
      for (var k = 0u; k < STATE; k++) {
        state[rows[r] * STATE + k] = cells[r * STATE + k];
      }
    }
  }
}
