// Label noise of +1 or -1 with equal chances, from the lowest bit of a word.

fn law_first(words: vec4u) -> f32 {
  return sign_of(words.z);
}

fn law_four(words: vec4u) -> vec4f {
  return vec4f(sign_of(words.x), sign_of(words.y), sign_of(words.z), sign_of(words.w));
}

fn sign_of(word: u32) -> f32 {
  return select(-1.0, 1.0, (word & 1u) == 1u);
}
