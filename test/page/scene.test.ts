/** What the 3-D view is made of, as numbers: the camera, the zero-loss manifold, axes, colours and sizes. No GPU. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Axes, axisLabels, axisLines, carried, quarterOf, toWorld } from '../../src/host/page/scene/axes.ts';
import { type Camera, directions, HOME, moved, onScreen, projection } from '../../src/host/page/scene/camera.ts';
import { colour, SCALE, scaleColour } from '../../src/host/page/scene/colours.ts';
import { byKey, byPointers, glided } from '../../src/host/page/scene/controls.ts';
import { legible } from '../../src/host/page/scene/legible.ts';
import { type Instance, offsetsOf, onManifold, shapeOf, sheetOf } from '../../src/host/page/scene/manifold.ts';
import { normalsOf, wallOf } from '../../src/host/page/scene/mesh.ts';
import type { CameraMessage, Label } from '../../src/host/page/scene/messages.ts';
import { sizeOf } from '../../src/host/page/scene/target.ts';
import { Ticker } from '../../src/host/page/scene/ticker.ts';
import { activation, activationNames } from '../../src/model/activations.ts';
import { makeProblem, residual, sharpness } from '../../src/reference/network.ts';

const [WIDTH, HEIGHT] = [640, 400];
const shown = (camera: Camera, at: readonly [number, number, number], width = WIDTH, height = HEIGHT) =>
  onScreen(projection(camera, width / height).matrix, at, width, height);

describe('the camera', () => {
  const distance = fc.double({ min: -3, max: 3, noNaN: true });
  const message: fc.Arbitrary<CameraMessage> = fc.oneof(
    fc.record({ kind: fc.constant('orbit' as const), dx: distance, dy: distance }),
    fc.record({ kind: fc.constant('pan' as const), dx: distance, dy: distance }),
    fc.record({ kind: fc.constant('zoom' as const), factor: fc.double({ min: 1e-3, max: 1e3, noNaN: true }) }),
  );

  test('looks at its target from its eye: the float64 projection agrees', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 6 }), fc.tuple(distance, distance, distance), (messages, at) => {
        const camera = messages.reduce(moved, HOME);
        const { eye, right, up, back } = directions(camera);
        const { focal } = projection(camera, WIDTH / HEIGHT);
        const dot = (a: readonly number[], b: readonly number[]) => a.reduce((sum, v, k) => sum + v * b[k], 0);
        const from = at.map((v, k) => v - eye[k]);
        const depth = -dot(from, back);
        // Nearer than this a pixel is less than f32 can tell.
        fc.pre(depth > 0.2);
        const found = shown(camera, at)!;
        const x = (0.5 + (0.5 * focal * dot(from, right)) / depth / (WIDTH / HEIGHT)) * WIDTH;
        const y = (0.5 - (0.5 * focal * dot(from, up)) / depth) * HEIGHT;
        const size = 1 + Math.hypot(...eye) + Math.hypot(...at);
        const allowed = (64 * 2 ** -24 * size * focal * WIDTH) / depth + 1e-4 * Math.hypot(x, y);
        expect(Math.abs(found.x - x)).toBeLessThan(allowed);
        expect(Math.abs(found.y - y)).toBeLessThan(allowed);
      }),
    );
  });

  test('stays above and below the poles, near and finite, whatever it is told', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 30 }), (messages) => {
        const { yaw, pitch, distance: far, target } = messages.reduce(moved, HOME);
        expect(Math.abs(pitch)).toBeLessThan(Math.PI / 2);
        expect(Math.abs(yaw)).toBeLessThanOrEqual(Math.PI + 1e-12);
        expect(far).toBeGreaterThan(0.1);
        expect([yaw, far, ...target].every(Number.isFinite)).toBe(true);
      }),
    );
  });

  test('a drag moves what is in front the way of the hand', () => {
    const near: readonly [number, number, number] = [...directions({ ...HOME, distance: 1 }).eye];
    const before = shown(HOME, near)!;
    const right = shown(moved(HOME, { kind: 'orbit', dx: 0.05, dy: 0 }), near)!;
    const down = shown(moved(HOME, { kind: 'orbit', dx: 0, dy: 0.05 }), near)!;
    expect(right.x).toBeGreaterThan(before.x + 5);
    expect(down.y).toBeGreaterThan(before.y + 5);
  });

  test('a pan carries the target as far as the hand goes', () => {
    const { x, y } = shown(moved(HOME, { kind: 'pan', dx: 0.1, dy: 0.05 }), HOME.target)!;
    expect(x).toBeCloseTo(WIDTH / 2 + 0.1 * HEIGHT, 1);
    expect(y).toBeCloseTo(HEIGHT / 2 + 0.05 * HEIGHT, 1);
  });

  test('comes nearer, goes back, and home', () => {
    const nearer = moved(HOME, { kind: 'zoom', factor: 2 });
    expect(nearer.distance).toBe(HOME.distance / 2);
    expect(moved(nearer, { kind: 'zoom', factor: 0.5 })).toEqual(HOME);
    expect(moved(moved(nearer, { kind: 'orbit', dx: 1, dy: 1 }), { kind: 'reset' })).toEqual(HOME);
  });

  test('the box is in sight from home, on wide and on high canvases', () => {
    for (const [width, height] of [
      [640, 400],
      [320, 360],
      [300, 700],
      [1900, 500],
    ]) {
      for (const x of [-1, 1])
        for (const y of [-0.62, 0.62])
          for (const z of [-1, 1]) {
            const found = shown(HOME, [x, y, z], width, height)!;
            expect(
              found.x > 0 && found.x < width && found.y > 0 && found.y < height,
              `${width}x${height} ${[x, y, z]}`,
            ).toBe(true);
          }
    }
  });

  test('what cannot be done is refused, and what is behind has no place', () => {
    expect(() => moved(HOME, { kind: 'orbit', dx: Number.NaN, dy: 0 })).toThrow(/dx = NaN/);
    expect(() => moved(HOME, { kind: 'zoom', factor: 0 })).toThrow(/factor = 0/);
    expect(() => moved(HOME, { kind: 'jump' } as unknown as CameraMessage)).toThrow(/kind = jump/);
    const { eye, back } = directions(HOME);
    expect(shown(HOME, [eye[0] + back[0], eye[1] + back[1], eye[2] + back[2]])).toBeNull();
  });
});

const instance = (o: Partial<Instance> & { activation?: never; spec?: string }): Instance => {
  const { spec = 'cubic_linear', ...rest } = o as Partial<Instance> & { spec?: string };
  const samples = rest.samples ?? 1;
  const width = rest.width ?? 2;
  return {
    samples,
    width,
    activation: activation(spec),
    secondLayer: new Array(width).fill(1),
    labels: [1.5, -2].slice(0, samples),
    squaredNorms: [1, 2.25].slice(0, samples),
    independent: true,
    ...rest,
  };
};

const shapes = {
  curve: { samples: 1, width: 2 },
  surface: { samples: 1, width: 3 },
  product: { samples: 2, width: 2 },
} as const;
const fineness = { curve: 33, rings: 6, spokes: 12 };
/** Labels that every one of them can meet. */
const cases = [
  { spec: 'cubic_linear' },
  { spec: 'cubic_linear:0.1' },
  { spec: 'sinh' },
  { spec: 'sqp' },
  { spec: 'cubic' },
  { spec: 'leaky_relu:0.2' },
  { spec: 'exp', labels: [1.5, 0.4] },
  { spec: 'softplus', labels: [1.5, 0.4] },
  { spec: 'tanh', labels: [1.5, -0.9] },
  { spec: 'sigmoid', labels: [1.5, 0.2] },
];

/** The networks of all vertices by the float64 reference: with orthogonal data points z_ji = theta_ji |x_i|. */
function vertices(p: Instance, reach: readonly number[]) {
  const { samples: n, width: m } = p;
  const sheet = sheetOf(p, reach, fineness);
  return Array.from(sheet.sharpness, (f, v) => {
    const z = sheet.states.subarray(v * m * n, (v + 1) * m * n);
    const norms = p.squaredNorms.map(Math.sqrt);
    const X = norms.flatMap((norm, i) => norms.map((_, k) => (i === k ? norm : 0)));
    const theta = Array.from(z, (value, at) => value / norms[at % n]);
    const network = makeProblem({
      X,
      y: p.labels,
      theta,
      m,
      secondLayer: p.secondLayer,
      activation: p.activation.spec,
    });
    // What a rounding of every z and of every term can move the output by.
    const { phi, dphi } = p.activation;
    const rounding = p.labels.map((y, i) => {
      const terms = p.secondLayer.map(
        (a, j) => Math.abs(a) * (Math.abs(phi(z[j * n + i])) + Math.abs(dphi(z[j * n + i]) * z[j * n + i])),
      );
      return 16 * Number.EPSILON * (Math.abs(y) + terms.reduce((sum, term) => sum + term, 0));
    });
    return { v, f, z, network, rounding, centre: v === sheet.centre };
  });
}

describe('the zero-loss manifold', () => {
  for (const [shape, size] of Object.entries(shapes)) {
    for (const { spec, labels = [1.5, -2] } of cases) {
      test(`${shape} of ${spec}: every vertex has zero loss and its own F, and the flattest is in the middle`, () => {
        const p = instance({ ...size, spec, labels: labels.slice(0, size.samples) } as never);
        expect(shapeOf(p)).toEqual({ shape });
        const all = vertices(p, [1.1, 0.8]);
        for (const { f, network, rounding } of all) {
          for (const [i, e] of residual(network).entries()) expect(Math.abs(e)).toBeLessThanOrEqual(rounding[i]);
          expect(Math.abs(f - sharpness(network))).toBeLessThanOrEqual(1e-12 * f);
        }
        const middle = all.find(({ centre }) => centre)!;
        const c = p.labels.map((y) => p.activation.inverse!(y / p.width));
        for (const [at, z] of middle.z.entries()) expect(z).toBeCloseTo(c[at % p.samples], 9);
        if (!p.activation.simple) return;
        for (const { f, centre } of all) if (!centre) expect(f).toBeGreaterThan(middle.f);
      });
    }
  }

  test.each([[[2, 1]], [[1, -1]], [[-0.5, -2]], [[1, 1, -2]]])(
    'second layer %j: zero loss, and offsets come back',
    (secondLayer) => {
      const p = instance({ width: secondLayer.length, secondLayer });
      for (const { network, rounding, z } of vertices(p, [1.1])) {
        expect(Math.abs(residual(network)[0])).toBeLessThanOrEqual(rounding[0]);
        const offsets = offsetsOf(secondLayer, z);
        for (const [j, value] of onManifold(p, 0, offsets).entries()) expect(value).toBeCloseTo(z[j], 10);
      }
    },
  );

  test('two neurons: the offset is half their difference', () => {
    expect(offsetsOf([1, 1], [1.5, 0.5])).toEqual([0.5]);
  });

  test.each<[RegExp, Partial<Instance> & { spec?: string }]>([
    [/single point/, { width: 1 }],
    [/3 data points and 8 neurons has 3 x 7 = 21 dimensions/, { samples: 3, width: 8 }],
    [/linearly dependent/, { samples: 2, independent: false }],
    [/relu does not rise everywhere/, { spec: 'relu' }],
    [/weight in the second layer is 0/, { secondLayer: [1, 0] }],
    [
      /No weights meet the label 2.5: 2 neurons of tanh x give values between -2 and 2/,
      { spec: 'tanh', labels: [2.5] },
    ],
    [/label -1: 2 neurons of eˣ give values between 0 and infinity/, { spec: 'exp', labels: [-1] }],
  ])('is told in words where it cannot be drawn: %s', (words, o) => {
    const p = instance(o as never);
    expect(shapeOf(p)).toEqual({ why: expect.stringMatching(words) });
    expect(() => sheetOf(p, [1, 1], fineness)).toThrow(words);
  });

  test.each(activationNames)('%s is drawn if and only if it rises everywhere', (name) => {
    const { phi, range } = activation(name);
    const steps = Array.from({ length: 81 }, (_, k) => phi((k - 40) / 8));
    const rises = steps.every((value, k) => k === 0 || value > steps[k - 1]);
    expect(!range.attained).toBe(rises);
  });
});

describe('surfaces', () => {
  test('normals are those of the plane, and of a triangle without area something', () => {
    const normals = normalsOf(
      [
        [0, 0, 0],
        [1, 0, 0],
        [0, 0, -1],
        [5, 5, 5],
      ],
      Uint32Array.of(0, 1, 2, 3, 3, 3),
    );
    expect([...normals]).toEqual([0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0]);
  });

  test('a wall reaches from its curve to the floor', () => {
    const {
      vertices: numbers,
      triangles,
      translucent,
    } = wallOf(
      [
        [0, 1, 0],
        [1, 2, 0],
        [2, 1, 0],
      ],
      [0, 0.5, 1],
      -1,
    );
    expect(translucent).toBe(true);
    expect(numbers).toHaveLength(6 * 8);
    expect(triangles).toHaveLength(4 * 3);
    expect(Math.max(...triangles)).toBe(5);
    expect([numbers[1], numbers[9]]).toEqual([1, -1]);
  });
});

describe('axes', () => {
  const axes: Axes = [
    { title: 'a', low: -2, high: 3, from: -1, to: 1 },
    { title: 'b', low: 0, high: 1e-4, from: -0.6, to: 0.6 },
    { title: 'c', low: 10, high: 20, from: -1, to: 1 },
  ];
  const quarters = [0.7, 2.2, -0.7, -2.2].map((yaw) => ({ ...HOME, yaw }));

  test('numbers are carried where their axis says', () => {
    expect(toWorld(axes, [-2, 1e-4, 15])).toEqual([-1, expect.closeTo(0.6, 12), 0]);
    expect(carried(null)).toEqual({ scale: 0, offset: 0 });
  });

  test.each(quarters)(
    'seen from yaw $yaw: labels at the near edges, the upright axis at the left, as many lines as ever',
    (camera) => {
      const quarter = quarterOf(directions(camera).back);
      const labels = axisLabels(axes, quarter);
      const x = (title: string) => shown(camera, labels.find((l) => l.kind === 'axis' && l.text === title)!.at)!;
      const middle = shown(camera, [0, -0.6, 0])!;
      expect(x('b').x).toBeLessThan(Math.min(middle.x, x('a').x, x('c').x));
      expect(x('a').y).toBeGreaterThan(middle.y);
      expect(x('c').y).toBeGreaterThan(middle.y);
      expect(labels.map(({ text }) => text)).toEqual(expect.arrayContaining(['−2', '0', '2', '10', '20', '4e−5']));
      expect(axisLines(axes, quarter)).toHaveLength(axisLines(axes, { x: 1, z: 1 }).length);
    },
  );
});

describe('colours and sizes', () => {
  test('the scale becomes lighter all along', () => {
    const lightness = Array.from({ length: 101 }, (_, k) => {
      const [r, g, b] = scaleColour(k / 100).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    });
    for (const [k, value] of lightness.slice(1).entries()) expect(value).toBeGreaterThan(lightness[k]);
    expect([scaleColour(-1), scaleColour(2)]).toEqual([SCALE[0], SCALE[SCALE.length - 1]]);
    expect(colour('#fff')).toEqual(colour('#ffffff'));
    expect(() => colour('red')).toThrow("'red' is not a colour");
  });

  test('a software adapter gets fewer pixels, a GPU those of the screen up to a bound', () => {
    expect(sizeOf(600, 400, 2, false)).toEqual({ width: 1200, height: 800, ratio: 2 });
    const small = sizeOf(600, 400, 2, true);
    expect(small.width * small.height).toBeLessThanOrEqual(640 * 400);
    expect(small.width / small.height).toBeCloseTo(1.5, 1);
    const large = sizeOf(3840, 2160, 3, false);
    expect(large.width * large.height).toBeLessThanOrEqual(2560 * 1600);
    expect(() => sizeOf(0, 400, 1, true)).toThrow(/width = 0/);
  });
});

describe('labels', () => {
  const label = (text: string, kind: Label['kind'], x: number, y: number): Label => ({ text, kind, x, y });

  test('numbers give way to titles and to each other, and only those that meet', () => {
    const title = label('difference', 'axis', 100, 100);
    const far = label('1', 'tick', 200, 100);
    const kept = legible([label('0', 'tick', 120, 104), far, label('2', 'tick', 203, 104), title]);
    expect(kept).toEqual([title, far]);
  });
});

describe('frames', () => {
  /** A clock that stands until it is moved. */
  function stoppedClock() {
    let time = 0;
    const calls: { at: number; call: () => void }[] = [];
    const clock = {
      now: () => time,
      soon: (call: () => void) => void calls.push({ at: time + 16, call }),
      later: (call: () => void, milliseconds: number) => void calls.push({ at: time + milliseconds, call }),
    };
    const advance = async (milliseconds: number) => {
      const end = time + milliseconds;
      for (;;) {
        calls.sort((a, b) => a.at - b.at);
        if (!(calls[0]?.at <= end)) break;
        const { at, call } = calls.shift()!;
        time = at;
        call();
        for (let k = 0; k < 5; k++) await Promise.resolve();
      }
      time = end;
    };
    const pass = (milliseconds: number) => {
      time += milliseconds;
    };
    return { clock, advance, pass };
  }

  test('are drawn when something has changed, one at a time, and the last change is seen', async () => {
    const { clock, advance } = stoppedClock();
    let drawn = 0;
    const ticker = new Ticker(async () => void drawn++, 1, clock);
    await advance(1000);
    expect(drawn).toBe(0);
    for (let k = 0; k < 10; k++) ticker.touch();
    await advance(100);
    expect(drawn).toBe(1);
    ticker.touch();
    await advance(16);
    expect(drawn).toBe(2);
    ticker.stop();
    ticker.touch();
    await advance(100);
    expect(drawn).toBe(2);
  });

  test('take no more than their share of the time', async () => {
    const { clock, advance, pass } = stoppedClock();
    let drawn = 0;
    const ticker: Ticker = new Ticker(
      async () => {
        drawn++;
        pass(40);
        ticker.touch();
      },
      0.25,
      clock,
    );
    ticker.touch();
    await advance(1760);
    // Each takes 40 ms and leaves 120 to others, and the next picture is 16 away.
    expect(drawn).toBe(10);
  });
});

describe('what hands and keys do', () => {
  test('one pointer turns, with Shift it carries; two carry and zoom', () => {
    expect(byPointers([[10, 10]], [[30, 20]], 200, false)).toEqual([{ kind: 'orbit', dx: 0.1, dy: 0.05 }]);
    expect(byPointers([[10, 10]], [[30, 20]], 200, true)).toEqual([{ kind: 'pan', dx: 0.1, dy: 0.05 }]);
    const pinch = byPointers(
      [
        [0, 0],
        [100, 0],
      ],
      [
        [0, 0],
        [200, 0],
      ],
      100,
      false,
    );
    expect(pinch).toEqual([
      { kind: 'pan', dx: 0.5, dy: 0 },
      { kind: 'zoom', factor: 2 },
    ]);
  });

  test('arrows, plus, minus and 0; other keys are the page’s', () => {
    expect(byKey('ArrowLeft', false)).toMatchObject({ kind: 'orbit', dx: -0.05 });
    expect(byKey('ArrowDown', true)).toMatchObject({ kind: 'pan', dy: 0.05 });
    const [nearer, farther] = [byKey('+', true), byKey('-', false)] as { factor: number }[];
    expect(nearer.factor * farther.factor).toBeCloseTo(1, 12);
    expect(byKey('0', false)).toBe('home');
    expect(byKey('Tab', false)).toBeNull();
  });

  test('a glide slows down, ends, and goes as far in many pieces as in one', () => {
    const start = { dx: 0.001, dy: -0.0005 };
    const whole = glided(start, 100).message as { dx: number };
    let way = 0;
    let rest: typeof start | null = start;
    for (let k = 0; k < 10 && rest; k++) {
      const step = glided(rest, 10);
      way += (step.message as { dx: number }).dx;
      rest = step.rest;
    }
    expect(way).toBeCloseTo(whole.dx, 12);
    expect(glided(start, 5000).rest).toBeNull();
  });
});
