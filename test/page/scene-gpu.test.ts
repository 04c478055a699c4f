/** The 3-D view on the device: drawn onto a texture whose pixels are looked at. */
import { describe, expect, test } from 'vitest';
import { Engine, type Problem } from '../../src/engine/index.ts';
import { toWorld } from '../../src/host/page/scene/axes.ts';
import { DARK, LIGHT, scaleColour } from '../../src/host/page/scene/colours.ts';
import { instanceOf, offsetsOf, sharpnessAt } from '../../src/host/page/scene/manifold.ts';
import type { Colour } from '../../src/host/page/scene/messages.ts';
import { planOf } from '../../src/host/page/scene/plan.ts';
import { Scene } from '../../src/host/page/scene/scene.ts';
import { makeWeights } from '../../src/model/data.ts';
import { counted } from '../engine/runs/devices.ts';
import { made, type Shape } from '../engine/runs/made.ts';
import { bits } from '../engine/runs/support.ts';
import { openTestEngine } from '../engine/support.ts';
import { openTestDevice } from '../gpu.ts';
import { Photograph } from './scene-target.ts';

const engine = await openTestEngine();
const [WIDTH, HEIGHT] = [480, 360];

/** Replicas with weights of their own, wide enough apart to be told apart. */
async function problemOf(shape: Shape, on = engine): Promise<Problem> {
  const { m, d, replicas = 1 } = shape;
  const weights = Array.from({ length: replicas }, (_, k) => [...makeWeights({ m, d, std: 1, seed: 11 + k })]).flat();
  return on.problem({ ...made(shape), weights });
}

function sceneOf(on = engine, options = {}) {
  const photograph = new Photograph(on.device);
  const scene = new Scene(photograph, on, options);
  scene.resize(WIDTH, HEIGHT, 1);
  return { scene, photograph };
}

const distance = (a: Colour, b: Colour) => Math.hypot(...a.map((c, k) => c - b[k]));

/** z_ji of a replica in float64, m x n, from the weights that are read back. */
async function states(problem: Problem, replica: number): Promise<number[][]> {
  const { network } = problem.lowLevel;
  const { width, dimension, samples, inputs } = network;
  const weights = await problem.weights();
  return Array.from({ length: width }, (_, j) =>
    Array.from({ length: samples }, (_, i) => {
      let sum = 0;
      for (let k = 0; k < dimension; k++) {
        sum += weights[(replica * width + j) * dimension + k] * inputs[i * dimension + k];
      }
      return sum;
    }),
  );
}

/** Where the balls of a replica belong in the world, in float64 and without the shader. */
async function balls(problem: Problem, scene: Scene, replica: number, kind: 'neurons' | 'manifold') {
  const p = instanceOf(problem.lowLevel.network, replica);
  const z = await states(problem, replica);
  const { samples: n, width: m } = p;
  const share = (j: number) => {
    const one = { ...p, secondLayer: [p.secondLayer[j]] };
    return z[j].reduce((sum, value, i) => sum + sharpnessAt(one, i, [value]), 0);
  };
  const whole = z.reduce((sum, _, j) => sum + share(j), 0);
  const numbers: [number, number, number][] =
    kind === 'neurons'
      ? z.map((own, j) =>
          n === 1 ? [own[0], share(j), 0] : n === 2 ? [own[0], share(j), own[1]] : [own[0], own[2], own[1]],
        )
      : n === 2
        ? [[offsetsOf(p.secondLayer, [z[0][0], z[1][0]])[0], whole, offsetsOf(p.secondLayer, [z[0][1], z[1][1]])[0]]]
        : m === 2
          ? [[z[0][0], whole, z[1][0]]]
          : [[z[0][0], z[2][0], z[1][0]]];
  return numbers.map((own) => scene.project(toWorld(scene.picture!.axes, own))!);
}

/** Balls whose middle nothing else covers: neither another ball nor the ring. */
function free(points: readonly { x: number; y: number }[], scene: Scene) {
  const { marker } = scene.picture!;
  const ring = marker && scene.project(marker.at);
  return points.filter((point, k) => {
    const near = (other: { x: number; y: number }, reach: number) =>
      Math.hypot(other.x - point.x, other.y - point.y) < reach;
    if (point.x < 0 || point.y < 0 || point.x >= WIDTH || point.y >= HEIGHT) return false;
    return !points.some((other, l) => l !== k && near(other, 24)) && !(ring && near(ring, 20));
  });
}

describe('every neuron is where its pre-activations say', () => {
  const shapes: (Shape & { samples?: 1 | 4 })[] = [
    { n: 1, d: 3, m: 1 },
    { n: 1, d: 3, m: 3, replicas: 7 },
    { n: 2, d: 3, m: 2, samples: 4 },
    { n: 2, d: 4, m: 8, replicas: 7 },
    { n: 3, d: 3, m: 8, activation: 'sinh' },
    { n: 5, d: 7, m: 3, replicas: 7, activation: 'tanh' },
    { n: 5, d: 8, m: 8, replicas: 1, activation: 'relu' },
    { n: 3, d: 2, m: 3, secondLayer: [2, -1, 0.5] },
  ];
  for (const shape of shapes) {
    const { n, m, replicas = 1, samples, activation = 'cubic_linear' } = shape;
    test(`n ${n}, m ${m}, ${replicas} replicas, ${activation}, ${samples ?? 1} samples a pixel`, async () => {
      const problem = await problemOf(shape);
      const { scene, photograph } = sceneOf(engine, { samples });
      const replica = replicas - 1;
      expect(await scene.show(problem, { kind: 'neurons', replica, others: false })).toBe(true);
      expect(await scene.frame()).toBe(true);
      const pixels = await photograph.pixels();
      const seen = free(await balls(problem, scene, replica, 'neurons'), scene);
      expect(seen.length).toBeGreaterThan(0);
      for (const { x, y } of seen) expect(distance(pixels.at(x, y), LIGHT.chosen)).toBeLessThan(0.06);
      expect(distance(pixels.at(2, 2), LIGHT.surface)).toBeLessThan(0.01);
      scene.dispose();
      problem.dispose();
    });
  }

  test('the others are there too, in their own colour, and are left out when asked', async () => {
    const problem = await problemOf({ n: 3, d: 3, m: 1, replicas: 2 });
    const { scene, photograph } = sceneOf();
    scene.theme(DARK);
    for (const others of [true, false]) {
      await scene.show(problem, { kind: 'neurons', replica: 0, others });
      await scene.frame();
      const pixels = await photograph.pixels();
      const [{ x, y }] = await balls(problem, scene, 1, 'neurons');
      // A quarter of what is behind them shines through.
      const mixed = DARK.surface.map((c, k) => 0.25 * c + 0.75 * DARK.others[k]) as unknown as Colour;
      expect(distance(pixels.at(x, y), others ? mixed : DARK.surface)).toBeLessThan(0.06);
    }
    scene.dispose();
    problem.dispose();
  });

  test('turning the camera moves them', async () => {
    const problem = await problemOf({ n: 3, d: 3, m: 1 });
    const { scene, photograph } = sceneOf();
    await scene.show(problem, { kind: 'neurons' });
    scene.camera({ kind: 'orbit', dx: 0.4, dy: 0.1 });
    scene.camera({ kind: 'zoom', factor: 1.3 });
    await scene.frame();
    const [{ x, y }] = await balls(problem, scene, 0, 'neurons');
    expect(distance((await photograph.pixels()).at(x, y), LIGHT.chosen)).toBeLessThan(0.06);
    scene.dispose();
    problem.dispose();
  });
});

describe('the zero-loss manifold', () => {
  for (const [n, m] of [
    [1, 2],
    [1, 3],
    [2, 2],
  ]) {
    test(`n ${n}, m ${m}: the replica is its ball, the scale is on the sheet, labels are in sight`, async () => {
      const problem = await problemOf({ n, d: 3, m, replicas: 2 });
      const { scene, photograph } = sceneOf();
      await scene.show(problem, { kind: 'manifold' });
      // From above, where no part of the sheet hides the inner side of another.
      scene.camera({ kind: 'orbit', dx: 0, dy: m === 3 ? 0 : 0.25 });
      await scene.frame();
      const pixels = await photograph.pixels();
      const [ball] = await balls(problem, scene, 0, 'manifold');
      // In front of the sheet, or shining through it.
      expect(distance(pixels.at(ball.x, ball.y), LIGHT.surface)).toBeGreaterThan(0.2);
      const { mesh, described, marker } = scene.picture!;
      const ring = scene.project(marker!.at)!;
      expect(distance(pixels.at(ring.x + 11, ring.y), LIGHT.marker)).toBeLessThan(0.25);
      expect(described.scale!.low).toBeGreaterThan(0);
      expect(described.scale!.high).toBeGreaterThan(described.scale!.low);
      if (m === 2 && n === 1) {
        // A quarter of the way along the curve.
        const at = 2 * 64 * 8;
        const spot = scene.project([mesh!.vertices[at], mesh!.vertices[at + 1], mesh!.vertices[at + 2]])!;
        expect(distance(pixels.at(spot.x, spot.y), scaleColour(mesh!.vertices[at + 6]))).toBeLessThan(0.12);
      } else {
        const low = pixels.at(ring.x + 4, ring.y);
        expect(distance(low, scaleColour(0.05))).toBeLessThan(0.3);
        const vertices = mesh!.vertices;
        const rim = [...Array(72).keys()].map((k) => vertices.length - 8 * (k + 1 + 72));
        const colours = rim.map((at) => {
          const spot = scene.project([vertices[at], vertices[at + 1], vertices[at + 2]])!;
          return distance(pixels.at(spot.x, spot.y), scaleColour(vertices[at + 6]));
        });
        expect(colours.filter((d) => d < 0.3).length).toBeGreaterThan(20);
      }
      const labels = scene.labels();
      expect(labels.filter(({ kind }) => kind === 'axis')).toHaveLength(3);
      for (const { x, y } of labels) expect(x >= 0 && x <= WIDTH && y >= 0 && y <= HEIGHT).toBe(true);
      scene.dispose();
      problem.dispose();
    });
  }

  test('is told in words where it cannot be drawn, and the picture before stays', async () => {
    const problem = await problemOf({ n: 3, d: 3, m: 4 });
    const { scene } = sceneOf();
    await scene.show(problem, { kind: 'neurons' });
    await expect(scene.show(problem, { kind: 'manifold' })).rejects.toThrow(
      /3 data points and 4 neurons has 3 x 3 = 9 dimensions/,
    );
    expect(await scene.frame()).toBe(true);
    scene.dispose();
    problem.dispose();
  });
});

describe('runs', () => {
  const data = made({ n: 3, d: 4, m: 3, replicas: 2 });
  const options = { stepSize: 0.02, noise: 0.5, steps: 400, seed: 7, every: 50 } as const;

  test.each([
    { strategy: 'lane', space: 'data' },
    { strategy: 'lane', space: 'weight' },
    { strategy: 'group', space: 'data' },
  ] as const)(
    'frames in between change no bit, and show the weights of that moment: $strategy, $space',
    async (plan) => {
      const quiet = await engine.problem(data);
      await quiet.train({ ...options, plan }).finish();
      const problem = await engine.problem(data);
      const { scene, photograph } = sceneOf();
      await scene.show(problem, { kind: 'neurons', others: false });
      let seen = 0;
      for await (const { step } of problem.train({ ...options, plan })) {
        expect(await scene.frame()).toBe(true);
        if (step !== 200) continue;
        const pixels = await photograph.pixels();
        for (const { x, y } of free(await balls(problem, scene, 0, 'neurons'), scene)) {
          seen++;
          expect(distance(pixels.at(x, y), LIGHT.chosen)).toBeLessThan(0.06);
        }
      }
      expect(seen).toBeGreaterThan(0);
      expect(bits(await problem.weights())).toEqual(bits(await quiet.weights()));
      scene.dispose();
      problem.dispose();
      quiet.dispose();
    },
  );
});

describe('what it holds', () => {
  test('is freed: every buffer, every texture, and nothing grows', async () => {
    const count = { created: 0, destroyed: 0 };
    const own = await Engine.open({ device: counted(await openTestDevice(), count) });
    const before = count.created - count.destroyed;
    const problem = await problemOf({ n: 1, d: 3, m: 2, replicas: 3 }, own);
    const withProblem = count.created - count.destroyed;
    const { scene } = sceneOf(own, { samples: 4 });
    const held = [];
    for (let k = 0; k < 4; k++) {
      await scene.show(problem, { kind: k % 2 ? 'manifold' : 'neurons' });
      scene.resize(WIDTH - k, HEIGHT, 1);
      await scene.frame();
      held.push(scene.held);
      expect(count.created - count.destroyed).toBe(withProblem + scene.held.buffers);
    }
    expect(held[2]).toEqual(held[0]);
    expect(held[3]).toEqual(held[1]);
    expect(held[0].textures).toBe(2);
    scene.dispose();
    scene.dispose();
    expect(scene.held).toEqual({ buffers: 0, textures: 0 });
    expect(count.created - count.destroyed).toBe(withProblem);
    problem.dispose();
    expect(count.created - count.destroyed).toBe(before);
    own.dispose();
  });

  test('a view that another one overtakes leaves nothing behind', async () => {
    const problem = await problemOf({ n: 3, d: 3, m: 4 });
    const { scene } = sceneOf();
    const both = await Promise.all([
      scene.show(problem, { kind: 'neurons' }),
      scene.show(problem, { kind: 'neurons', samples: [2, 1, 0] }),
    ]);
    expect(both).toEqual([false, true]);
    const { buffers } = scene.held;
    await scene.show(problem, { kind: 'neurons' });
    expect(scene.held.buffers).toBe(buffers);
    scene.dispose();
    problem.dispose();
  });

  test('many replicas are cut, and that is said', async () => {
    const problem = await problemOf({ n: 1, d: 1, m: 512, replicas: 256 });
    const { network } = problem.lowLevel;
    const plan = planOf(network, { kind: 'neurons' }, true);
    expect(plan.drawnReplicas * plan.drawnNeurons).toBeLessThanOrEqual(65_536);
    expect(plan.remarks).toEqual(['128 of 256 networks are shown.']);
    problem.dispose();
  });
});

describe('what goes wrong', () => {
  test('a problem that was disposed ends the picture; so does a lost device', async () => {
    const own = await Engine.open({ device: await openTestDevice() });
    const first = await problemOf({ n: 3, d: 3, m: 4 }, own);
    const second = await problemOf({ n: 3, d: 3, m: 4 }, own);
    const { scene } = sceneOf(own);
    await scene.show(first, { kind: 'neurons' });
    first.dispose();
    expect(await scene.frame()).toBe(false);
    await scene.show(second, { kind: 'neurons' });
    expect(await scene.frame()).toBe(true);
    own.device.destroy();
    await own.device.lost;
    expect(await scene.frame()).toBe(false);
    await expect(scene.show(second, { kind: 'neurons' })).rejects.toMatchObject({ code: 'DEVICE_LOST' });
    scene.dispose();
    expect(scene.held).toEqual({ buffers: 0, textures: 0 });
    own.dispose();
  });

  test('an error of the device is told by the frame, and not left for a run', async () => {
    const problem = await problemOf({ n: 3, d: 3, m: 4 });
    const { scene, photograph } = sceneOf();
    await scene.show(problem, { kind: 'neurons' });
    photograph.resize(WIDTH / 2, HEIGHT);
    await expect(scene.frame()).rejects.toMatchObject({ code: 'GPU', message: expect.stringMatching(/scene frame/) });
    await problem.loss();
    scene.dispose();
    await expect(scene.show(problem, { kind: 'neurons' })).rejects.toMatchObject({ code: 'DISPOSED' });
    problem.dispose();
  });

  test('a replica and data points that do not exist are refused', async () => {
    const problem = await problemOf({ n: 4, d: 3, m: 4 });
    const { scene } = sceneOf();
    await expect(scene.show(problem, { kind: 'neurons', replica: 1 })).rejects.toThrow(/replica is 1; there are 1/);
    await expect(scene.show(problem, { kind: 'neurons', samples: [0, 1, 4] })).rejects.toThrow(
      /sample is 4; there are 4/,
    );
    scene.dispose();
    problem.dispose();
  });
});
