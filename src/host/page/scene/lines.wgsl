// lines: straight pieces of a given width in CSS pixels, one instance each, smooth at their edges.
// style is the number of a colour of the view, or SCALED for colours of the scale, by the places at both ends.
// uses: scene/view.wgsl

const SCALED = 255u;
// Pieces are cut where they come too near to the camera to be divided by their distance.
const NEAREST = 0.06;

struct Stroke {
  @builtin(position) position: vec4f,
  // Across the line, in pixels from its middle
  @location(0) across: f32,
  @location(1) half_width: f32,
  @location(2) place: f32,
  @location(3) @interpolate(flat) style: u32,
}

@vertex
fn line_vertex(
  @builtin(vertex_index) corner: u32,
  @location(0) start: vec3f,
  @location(1) end: vec3f,
  @location(2) places: vec2f,
  @location(3) width: f32,
  @location(4) style: u32,
) -> Stroke {
  var a = view.view_projection * vec4f(start, 1.0);
  var b = view.view_projection * vec4f(end, 1.0);
  if (a.w < NEAREST && b.w < NEAREST) {
    return Stroke(vec4f(0.0, 0.0, 2.0, 1.0), 0.0, 0.0, 0.0, style);
  }
  if (a.w < NEAREST) {
    a = mix(a, b, (NEAREST - a.w) / (b.w - a.w));
  }
  if (b.w < NEAREST) {
    b = mix(b, a, (NEAREST - b.w) / (a.w - b.w));
  }
  let half_canvas = 0.5 * view.canvas.xy;
  let direction = (b.xy / b.w - a.xy / a.w) * half_canvas;
  let along = direction / max(length(direction), 1e-6);
  let side = vec2f(-along.y, along.x) * (f32(corner & 1u) * 2.0 - 1.0);
  let half_width = 0.5 * width * view.canvas.z;
  let reach = half_width + 1.0;
  let at_end = corner >= 2u;
  let base = select(a, b, at_end);
  let outward = select(-along, along, at_end);
  let shift = (side * reach + outward * half_width * 0.5) / half_canvas * base.w;
  // A little nearer than it is, so that lines lie on what they are drawn on.
  let position = vec4f(base.xy + shift, base.z - 0.0004 * base.w, base.w);
  let across = reach * (f32(corner & 1u) * 2.0 - 1.0);
  return Stroke(position, across, half_width, select(places.x, places.y, at_end), style);
}

@fragment
fn line_colour(stroke: Stroke) -> @location(0) vec4f {
  let cover = clamp(stroke.half_width + 0.5 - abs(stroke.across), 0.0, 1.0);
  if (cover <= 0.0) {
    discard;
  }
  if (stroke.style == SCALED) {
    return vec4f(on_scale(stroke.place), cover);
  }
  return vec4f(view.colours[min(stroke.style, 11u)].rgb, cover);
}
