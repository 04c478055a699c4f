// Draws that draw_ahead has made for the steps of this dispatch: recorded[step - first_step][replica][position] = (sample,
// bits of the noise).
// uses: draws/draw.wgsl

fn draw(seed: vec2u, step: u32, replica: u32, position: u32) -> Draw {
  let words = recorded[((step - params.first_step) * params.replicas + replica) * BATCH + position];
  return Draw(words.x, bitcast<f32>(words.y));
}
