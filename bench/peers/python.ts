/** Libraries of Python as child processes that are asked for one sample at a time; protocol.py says how. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Numbers, numbersOf, probesOf } from './cases.ts';
import type { Found, Library, Missing, Peer, PeerCase, Program, Question } from './peer.ts';

/** What a script says of one of its forms. */
interface FormFacts extends Pick<Peer, 'form' | 'noise'> {
  readonly name: string;
  readonly kind: PeerCase['kind'];
  readonly replicas: 'one' | 'many';
}

interface Hello {
  readonly name: string;
  readonly version: string;
  readonly device: string;
  readonly forms: readonly FormFacts[];
  readonly missing: readonly Missing[];
}

const SCRIPTS = [
  { name: 'PyTorch', script: 'torch_peers.py', packages: 'torch numpy' },
  { name: 'JAX', script: 'jax_peers.py', packages: 'jax' },
] as const;
/** The end of what a script has said on stderr, for messages. */
const STDERR_KEPT = 2000;

/** The interpreter: the one given, else FLATWALK_PYTHON, else python3. */
export function pythonProgram(given: string | undefined, environment: NodeJS.ProcessEnv = process.env): string {
  return given || environment.FLATWALK_PYTHON || 'python3';
}

/** Starts the scripts in the folder bench/peers with one interpreter. */
export async function openPython(folder: string, python: string): Promise<Found> {
  const libraries: Library[] = [];
  const missing: Missing[] = [];
  for (const { name, script, packages } of SCRIPTS) {
    const install = (what: string) => `${python} -m pip install ${what}`;
    try {
      const opened = await openScript(python, [join(folder, script)]);
      libraries.push(opened.library);
      missing.push(...opened.missing.map((one) => ({ ...one, install: install(one.name.toLowerCase()) })));
    } catch (error) {
      missing.push(absent(name, python, error, install(packages)));
    }
  }
  return { libraries, missing };
}

function absent(name: string, python: string, error: unknown, install: string): Missing {
  const reason = error instanceof Error ? error.message : String(error);
  if (/ENOENT|EACCES/.test(reason)) {
    return { name, reason: `there is no Python '${python}' to start: name one with --python or FLATWALK_PYTHON` };
  }
  return { name, reason: `${python} says: ${reason}`, ...(/No module named/.test(reason) ? { install } : {}) };
}

/** Starts a program that speaks the protocol. @throws where it does not answer */
export async function openScript(
  program: string,
  args: readonly string[],
): Promise<{ library: Library; missing: readonly Missing[] }> {
  const talk = new Conversation(program, args);
  try {
    const { name, version, device, forms, missing } = (await talk.ask({ do: 'hello' })) as unknown as Hello;
    const peers = forms.map(
      (facts): Peer => ({
        name: `${name}, ${facts.name}`,
        library: name,
        form: facts.form,
        noise: facts.noise,
        suits: ({ kind, replicas }) => kind === facts.kind && replicas > 1 === (facts.replicas === 'many'),
        prepare: (one) => prepare(talk, facts.name, one),
      }),
    );
    return { library: { name, version, device, peers, close: () => talk.end() }, missing };
  } catch (error) {
    await talk.end();
    throw error;
  }
}

async function prepare(talk: Conversation, form: string, one: PeerCase): Promise<Program> {
  const problem = encodeProblem(numbersOf(one), one);
  const { unitsPerRun } = (await talk.ask({ do: 'prepare', form, problem })) as { unitsPerRun: number };
  return {
    unitsPerRun,
    run: async (count) => void (await talk.ask({ do: 'run', count })),
    answer: async (question) => {
      const { values } = (await talk.ask({ do: 'answer', question: encodeQuestion(question) })) as { values: Packed };
      return unpack(values);
    },
    dispose: async () => void (await talk.ask({ do: 'release' })),
  };
}

/** The bits of an array. */
type Packed = { readonly f32: string } | { readonly i32: string };

export function pack(array: Float32Array | Int32Array): Packed {
  const text = Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
  return array instanceof Float32Array ? { f32: text } : { i32: text };
}

export function unpack(packed: Packed): Float32Array | Int32Array {
  const { buffer, byteOffset, byteLength } = Buffer.from('f32' in packed ? packed.f32 : packed.i32, 'base64');
  // A Buffer may begin anywhere in its memory, an array of four-byte numbers may not.
  const bytes = buffer.slice(byteOffset, byteOffset + byteLength);
  return 'f32' in packed ? new Float32Array(bytes) : new Int32Array(bytes);
}

function encodeProblem({ inputs, labels, weights, ...rest }: Numbers, { kind, size }: PeerCase): object {
  return { ...rest, kind, probes: probesOf[size], inputs: pack(inputs), labels: pack(labels), weights: pack(weights) };
}

function encodeQuestion(question: Question): object {
  return question.kind === 'steps'
    ? { ...question, samples: pack(question.samples), noises: pack(question.noises) }
    : { ...question, vectors: pack(question.vectors) };
}

/** One question after another. */
class Conversation {
  readonly #child: ChildProcess;
  readonly #answers: AsyncIterator<string>;
  readonly #ended: Promise<string>;
  #stderr = '';
  #turn: Promise<unknown> = Promise.resolve();

  constructor(program: string, args: readonly string[]) {
    // In a process group of its own, so that Ctrl-C reaches only who can end it in order.
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
    const { stdin, stdout, stderr } = this.#child;
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (code, signal) => resolve(this.#lastWords() || `it ended (${signal ?? code})`));
    });
    // A program that has ended does not read; what is asked then is told by the end.
    stdin!.on('error', () => {});
    stderr!.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_KEPT);
    });
    this.#answers = createInterface({ input: stdout! })[Symbol.asyncIterator]();
  }

  /** @throws what the program answers, or its last words */
  ask(question: object): Promise<object> {
    const mine = this.#turn.then(() => this.#askNow(question));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Ends the program, whatever it is at. */
  async end(): Promise<void> {
    this.#child.stdin!.end(`${JSON.stringify({ do: 'end' })}\n`);
    const patience = setTimeout(() => this.#child.kill('SIGKILL'), 2000);
    await this.#ended;
    clearTimeout(patience);
  }

  async #askNow(question: object): Promise<object> {
    this.#child.stdin!.write(`${JSON.stringify(question)}\n`);
    const line = await Promise.race([this.#answers.next(), this.#ended]);
    if (typeof line === 'string') throw new Error(line);
    if (line.done) throw new Error(await this.#ended);
    const answer = JSON.parse(line.value) as { ok: boolean; error?: string };
    if (!answer.ok) throw new Error(answer.error ?? 'it gives no reason');
    return answer;
  }

  #lastWords(): string {
    return this.#stderr.trim().split('\n').at(-1) ?? '';
  }
}
