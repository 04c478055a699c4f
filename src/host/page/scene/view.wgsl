// view: what every picture of the 3-D view is drawn with: the camera, the canvas, and the colours.

struct View {
  view_projection: mat4x4f,
  // w: the height of the floor
  eye: vec4f,
  // Unit vectors of the screen. w: the radius of a chosen point, and of another one
  right: vec4f,
  up: vec4f,
  // Pixels across and down, pixels of the canvas in a CSS pixel, 1 / tan of half the angle that the height sees
  canvas: vec4f,
  // By the numbers that scene.ts gives them
  colours: array<vec4f, 12>,
  scale: array<vec4f, 16>,
}

@group(0) @binding(0) var<uniform> view: View;

fn on_scale(place: f32) -> vec3f {
  let at = clamp(place, 0.0, 1.0) * 15.0;
  let k = u32(min(at, 14.0));
  return mix(view.scale[k].rgb, view.scale[k + 1u].rgb, at - f32(k));
}
