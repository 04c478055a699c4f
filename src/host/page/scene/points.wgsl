// points: a ball at every place, its shadow on the floor, and a ring that marks one place; all of them squares that face the camera,
// out of which the fragment shader cuts what is seen. The fourth number of a place is 1 where it belongs to the chosen replica.
// uses: scene/view.wgsl

const CHOSEN = 5u;
const OTHERS = 6u;
const MARKER = 7u;
const SHADOW = 2u;
// CSS pixels
const SMALLEST = 2.5;
const RING = 11.0;

struct Ball {
  @builtin(position) position: vec4f,
  @location(0) corner: vec2f,
  @location(1) centre: vec3f,
  @location(2) radius: f32,
  @location(3) chosen: f32,
}

fn corner_of(index: u32) -> vec2f {
  return vec2f(f32(index & 1u), f32(index >> 1u)) * 2.0 - 1.0;
}

// The length in the world that a CSS pixel has at this distance.
fn pixel_at(distance: f32) -> f32 {
  return view.canvas.z * distance * 2.0 / (view.canvas.y * view.canvas.w);
}

@vertex
fn ball_vertex(@builtin(vertex_index) index: u32, @location(0) place: vec4f) -> Ball {
  let corner = corner_of(index) * 1.1;
  let distance = (view.view_projection * vec4f(place.xyz, 1.0)).w;
  let radius = max(select(view.up.w, view.right.w, place.w > 0.5), SMALLEST * pixel_at(distance));
  let world = place.xyz + radius * (corner.x * view.right.xyz + corner.y * view.up.xyz);
  return Ball(view.view_projection * vec4f(world, 1.0), corner, place.xyz, radius, place.w);
}

struct Lit {
  @builtin(frag_depth) depth: f32,
  @location(0) colour: vec4f,
}

fn lit(ball: Ball, cover: f32) -> Lit {
  let r = length(ball.corner);
  let edge = max(fwidth(r), 1e-4);
  let inside = 1.0 - smoothstep(1.0 - edge, 1.0 + 0.3 * edge, r);
  if (inside <= 0.01) {
    discard;
  }
  let back = normalize(cross(view.right.xyz, view.up.xyz));
  let rise = sqrt(max(0.0, 1.0 - r * r));
  let normal = ball.corner.x * view.right.xyz + ball.corner.y * view.up.xyz + rise * back;
  // The middle has its own colour; the side away from the light is darker, and a small highlight says that it is round.
  let light = normalize(0.8 * back + 0.6 * view.up.xyz - 0.35 * view.right.xyz);
  let shade = min(1.0, 0.45 + 0.55 * max(0.0, dot(normal, light)) / max(0.1, dot(back, light)));
  let glint = pow(max(0.0, dot(normal, normalize(light + back))), 60.0) * 0.35 * smoothstep(0.1, 0.3, r);
  let colour = select(view.colours[OTHERS].rgb, view.colours[CHOSEN].rgb, ball.chosen > 0.5);
  let surface = view.view_projection * vec4f(ball.centre + ball.radius * rise * back, 1.0);
  return Lit(clamp(surface.z / surface.w, 0.0, 1.0), vec4f(colour * shade + glint, inside * cover));
}

@fragment
fn ball_colour(ball: Ball) -> Lit {
  return lit(ball, select(0.75, 1.0, ball.chosen > 0.5));
}

// What is behind a surface shines through it.
@fragment
fn hidden_colour(ball: Ball) -> Lit {
  return lit(ball, select(0.12, 0.35, ball.chosen > 0.5));
}

@vertex
fn shadow_vertex(@builtin(vertex_index) index: u32, @location(0) place: vec4f) -> Ball {
  let corner = corner_of(index);
  let radius = select(view.up.w, view.right.w, place.w > 0.5);
  let world = vec3f(place.x + radius * corner.x, view.eye.w, place.z + radius * corner.y);
  return Ball(view.view_projection * vec4f(world, 1.0), corner, place.xyz, radius, place.w);
}

@fragment
fn shadow_colour(ball: Ball) -> @location(0) vec4f {
  let inside = 1.0 - smoothstep(0.4, 1.0, length(ball.corner));
  return vec4f(view.colours[SHADOW].rgb, inside * select(0.1, 0.35, ball.chosen > 0.5));
}

@vertex
fn ring_vertex(@builtin(vertex_index) index: u32, @location(0) place: vec4f) -> Ball {
  let corner = corner_of(index) * 1.3;
  let distance = (view.view_projection * vec4f(place.xyz, 1.0)).w;
  let radius = RING * pixel_at(distance);
  let world = place.xyz + radius * (corner.x * view.right.xyz + corner.y * view.up.xyz);
  return Ball(view.view_projection * vec4f(world, 1.0), corner, place.xyz, radius, 1.0);
}

@fragment
fn ring_colour(ball: Ball) -> @location(0) vec4f {
  let r = length(ball.corner);
  let edge = max(fwidth(r), 1e-4);
  let ring = 1.0 - smoothstep(0.11, 0.11 + edge, abs(r - 1.0));
  if (ring <= 0.01) {
    discard;
  }
  return vec4f(view.colours[MARKER].rgb, ring);
}
