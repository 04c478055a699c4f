// place: where the points of the 3-D view lie, straight from the weights: one point for each drawn neuron, or for each drawn replica.
// With z_ji = theta_j . x_i, the numbers along the axes (to the right, upwards, to the front) are, by VIEW:
//   0  (z_j1, F_j, 0)          a neuron on the only data point, F_j = 2 sum_i |x_i|^2 (a_j phi'(z_ji))^2 its share of the sharpness
//   1  (z_j1, F_j, z_j2)       a neuron in the plane of two data points
//   2  (z_jA, z_jC, z_jB)      a neuron on three chosen data points
//   3  (z_1, F, z_2)           a replica of two neurons and one data point
//   4  (z_1, z_3, z_2)         a replica of three neurons and one data point
//   5  (delta_1, F, delta_2)   a replica of two neurons and two data points, delta_i as in manifold.ts: (z_1i - z_2i) / 2
// and are carried into the world by scale and offset. The fourth number is 1 for the chosen replica, which comes last, and otherwise 0.
// weights is replicas x width x dimension, data is samples x dimension, places is (drawn replicas) x (drawn neurons, or 1) x 4.
// slot: activation
// uses: lib/targets.wgsl

struct Params {
  samples: u32,
  dimension: u32,
  width: u32,
  drawn_neurons: u32,
  drawn_replicas: u32,
  chosen: u32,
  spare: vec2u,
  axes: vec4u,
  scale: vec4f,
  offset: vec4f,
}

@group(0) @binding(0) var<storage, read> weights: array<f32>;
@group(0) @binding(1) var<storage, read> data: array<f32>;
@group(0) @binding(2) var<storage, read> targets: array<f32>;
@group(0) @binding(3) var<storage, read_write> places: array<vec4f>;
@group(0) @binding(4) var<uniform> params: Params;

fn preactivation(replica: u32, neuron: u32, sample: u32) -> f32 {
  let weight = (replica * params.width + neuron) * params.dimension;
  let input = sample * params.dimension;
  var sum = 0.0;
  for (var k = 0u; k < params.dimension; k++) {
    sum += weights[weight + k] * data[input + k];
  }
  return sum;
}

fn second_layer(replica: u32, neuron: u32) -> f32 {
  return targets[own_targets(replica) + 3u * params.samples + neuron];
}

fn share(replica: u32, neuron: u32) -> f32 {
  let norms = own_targets(replica) + params.samples;
  let a = second_layer(replica, neuron);
  var sum = 0.0;
  for (var i = 0u; i < params.samples; i++) {
    let slope = a * dphi(preactivation(replica, neuron, i));
    sum += 2.0 * targets[norms + i] * slope * slope;
  }
  return sum;
}

fn sharpness(replica: u32) -> f32 {
  var sum = 0.0;
  for (var j = 0u; j < params.width; j++) {
    sum += share(replica, j);
  }
  return sum;
}

fn offset_on(replica: u32, sample: u32) -> f32 {
  let first = sign(second_layer(replica, 0u));
  let second = sign(second_layer(replica, 1u));
  return 0.5 * (second * preactivation(replica, 0u, sample) - first * preactivation(replica, 1u, sample));
}

fn along_axes(replica: u32, neuron: u32) -> vec3f {
  switch VIEW {
    case 0u: {
      return vec3f(preactivation(replica, neuron, 0u), share(replica, neuron), 0.0);
    }
    case 1u: {
      return vec3f(preactivation(replica, neuron, 0u), share(replica, neuron), preactivation(replica, neuron, 1u));
    }
    case 2u: {
      return vec3f(
        preactivation(replica, neuron, params.axes.x),
        preactivation(replica, neuron, params.axes.z),
        preactivation(replica, neuron, params.axes.y),
      );
    }
    case 3u: {
      return vec3f(preactivation(replica, 0u, 0u), sharpness(replica), preactivation(replica, 1u, 0u));
    }
    case 4u: {
      return vec3f(preactivation(replica, 0u, 0u), preactivation(replica, 2u, 0u), preactivation(replica, 1u, 0u));
    }
    default: {
      return vec3f(offset_on(replica, 0u), sharpness(replica), offset_on(replica, 1u));
    }
  }
}

@compute @workgroup_size(64)
fn place(@builtin(global_invocation_id) id: vec3u) {
  let at = id.x;
  if (at >= params.drawn_replicas * params.drawn_neurons) {
    return;
  }
  let slot = at / params.drawn_neurons;
  let last = slot + 1u == params.drawn_replicas;
  let replica = select(select(slot, slot + 1u, slot >= params.chosen), params.chosen, last);
  let found = along_axes(replica, at % params.drawn_neurons);
  places[at] = vec4f(found * params.scale.xyz + params.offset.xyz, select(0.0, 1.0, last));
}
