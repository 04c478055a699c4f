// sheet: a surface of triangles, coloured by the scale, with contour lines at every tenth of it.
// place in a vertex is where on the scale it is, 0 to 1; cover is how much of what is behind it hides.
// uses: scene/view.wgsl

struct Spot {
  @builtin(position) position: vec4f,
  @location(0) world: vec3f,
  @location(1) normal: vec3f,
  @location(2) place: f32,
  @location(3) cover: f32,
}

@vertex
fn sheet_vertex(
  @location(0) world: vec3f,
  @location(1) normal: vec3f,
  @location(2) place: f32,
  @location(3) cover: f32,
) -> Spot {
  return Spot(view.view_projection * vec4f(world, 1.0), world, normal, place, cover);
}

@fragment
fn sheet_colour(spot: Spot) -> @location(0) vec4f {
  // Both sides are lit, and shade is mild, so that colours can be read off the scale.
  let towards = normalize(view.eye.xyz - spot.world);
  let light = normalize(vec3f(-0.3, 1.0, 0.4));
  let shade = 0.78 + 0.14 * abs(dot(normalize(spot.normal), light)) + 0.08 * abs(dot(normalize(spot.normal), towards));
  let height = spot.place * 10.0;
  let width = max(fwidth(height), 1e-6) * view.canvas.z;
  // Along a wall they would stand upright and mean nothing.
  let line = 1.0 - smoothstep(0.5 * width, 1.2 * width, abs(height - round(height)));
  let contour = line * step(0.99, spot.cover);
  let colour = on_scale(spot.place) * shade;
  return vec4f(mix(colour, colour * 0.55, 0.5 * contour), spot.cover);
}
