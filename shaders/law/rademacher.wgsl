// Label noise of +1 or -1 with equal chances, from the lowest bit of a word.

fn law_first(words: vec4u) -> f32 {
  return sign_of(words.z);
}

// Of all the numbers that a block is good for, one a bit, the four from `quad` on.
fn law_quad(words: vec4u, quad: u32) -> vec4f {
  let bits = words[quad / 8u] >> ((quad % 8u) * 4u);
  return vec4f((vec4u(bits) >> vec4u(0u, 1u, 2u, 3u)) & vec4u(1u)) * 2.0 - 1.0;
}

fn law_four(words: vec4u) -> vec4f {
  return vec4f(sign_of(words.x), sign_of(words.y), sign_of(words.z), sign_of(words.w));
}

fn sign_of(word: u32) -> f32 {
  return select(-1.0, 1.0, (word & 1u) == 1u);
}
