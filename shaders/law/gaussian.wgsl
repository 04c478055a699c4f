// Label noise with a standard normal law.
// uses: lib/normal.wgsl

fn law_first(words: vec4u) -> f32 {
  return normal_first(words.z, words.w);
}

// Of all the numbers that a block is good for, the four from `quad` on.
fn law_quad(words: vec4u, quad: u32) -> vec4f {
  return law_four(words);
}

fn law_four(words: vec4u) -> vec4f {
  return vec4f(normal_pair(words.x, words.y), normal_pair(words.z, words.w));
}
