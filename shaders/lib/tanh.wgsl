// Hyperbolic tangent to about two units in the last place. The built-in may be NaN for large |x| (a quotient of two
// infinities) and is only good to 1e-5 for the rest.
// uses: lib/exp.wgsl

// |x| < 0.625: x + x³P(x²), least-maximum fit, relative error 1e-8. Above: 1 − 2e/(1+e) with e = e^{−2|x|} <= 1.
fn hyperbolic_tangent(x: f32) -> f32 {
  let a = abs(x);
  let b = min(a, 0.625);
  let w = b * b;
  var p = -0.00564831588;
  p = p * w + 0.0205898266;
  p = p * w - 0.0537251271;
  p = p * w + 0.133312747;
  p = p * w - 0.333332747;
  let e = exponential(-2.0 * min(a, 100.0));
  let t = select(b + b * w * p, 1.0 - 2.0 * e / (1.0 + e), a > 0.625);
  return select(t, -t, x < 0.0);
}
