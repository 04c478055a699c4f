// Draws given by the caller, the same for every replica: recorded[step][position] = (sample, bits of the noise).
// uses: draws/draw.wgsl

fn draw(seed: vec2u, step: u32, replica: u32, position: u32) -> Draw {
  let words = recorded[step * BATCH + position];
  return Draw(words.x, bitcast<f32>(words.y));
}
