// Label noise with a standard normal law.
// uses: lib/normal.wgsl

fn law_first(words: vec4u) -> f32 {
  return normal_first(words.z, words.w);
}

fn law_four(words: vec4u) -> vec4f {
  return vec4f(normal_pair(words.x, words.y), normal_pair(words.z, words.w));
}
