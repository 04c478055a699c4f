/** What the page and the 3-D view in the worker say to each other: plain data, so that a worker can forward it as it comes. */

/** Red, green and blue as they are shown (sRGB), each 0 to 1. */
export type Colour = readonly [number, number, number];

/** The colours of the page around the view. */
export interface ThemeColours {
  /** Behind everything. */
  readonly surface: Colour;
  /** Grid lines and the shadows of points. */
  readonly grid: Colour;
  /** Edges, ticks, and the lines that only help. */
  readonly muted: Colour;
  /** The axes to the right, upwards and to the front. */
  readonly axes: readonly [Colour, Colour, Colour];
  /** The neurons of the chosen replica. */
  readonly chosen: Colour;
  /** Those of all others. */
  readonly others: Colour;
  /** The flattest solution. */
  readonly marker: Colour;
}

/**
 * What is drawn. `neurons`: every neuron at its pre-activations on the data points. `manifold`: the zero-loss manifold, where it is
 * a curve or a surface, and every replica as a point on it.
 */
export interface View {
  readonly kind: 'neurons' | 'manifold';
  /** The replica that stands out; the first if not given. */
  readonly replica?: number;
  /** The data points on the axes of `neurons`, where there are more than three: to the right, to the front, upwards. */
  readonly samples?: readonly [number, number, number];
  /** Whether the other replicas are there too; they are if not said otherwise. */
  readonly others?: boolean;
}

/** Distances are shares of the height of the canvas, so that they mean the same at every size. */
export type CameraMessage =
  | { readonly kind: 'orbit'; readonly dx: number; readonly dy: number }
  | { readonly kind: 'pan'; readonly dx: number; readonly dy: number }
  /** Above 1 comes nearer. */
  | { readonly kind: 'zoom'; readonly factor: number }
  | { readonly kind: 'reset' };

/** A piece of text that the page lays over the picture, in CSS pixels from the upper left corner of the canvas. */
export interface Label {
  readonly text: string;
  readonly x: number;
  readonly y: number;
  readonly kind: 'axis' | 'tick' | 'marker';
  /** Of an axis and its ticks: to the right, upwards, to the front. */
  readonly axis?: 0 | 1 | 2;
}

/** What the picture shows, in words and numbers. */
export interface Described {
  /** One sentence for those who do not see it. */
  readonly words: string;
  /** What is left out and why, one sentence each; empty where all is there. */
  readonly remarks: readonly string[];
  /** The sharpness F at both ends of the colour scale, dark first; null where nothing is coloured by it. */
  readonly scale: { readonly low: number; readonly high: number } | null;
}

/** `auto`: the manifold where it can be drawn, and otherwise the neurons. */
export type ViewChoice = View['kind'] | 'auto';

/** What the page hands to the worker: a canvas to draw on, and a port to talk over. */
export interface SceneAsk {
  readonly canvas: OffscreenCanvas;
  readonly port: MessagePort;
}

/** What the page tells the view over the port that it hands to the worker with the canvas. */
export type ToScene =
  | { readonly kind: 'view'; readonly view: Omit<View, 'kind'> & { readonly kind: ViewChoice } }
  | { readonly kind: 'camera'; readonly message: CameraMessage }
  | { readonly kind: 'theme'; readonly colours: ThemeColours }
  /** The canvas in CSS pixels, and the pixels of the screen in each. */
  | { readonly kind: 'size'; readonly width: number; readonly height: number; readonly pixelRatio: number }
  /** The camera goes home, and the box is fitted to where the points are now. */
  | { readonly kind: 'fit' }
  | { readonly kind: 'close' };

/** What the view tells the page. */
export type FromScene =
  /** There is nothing to see: no run has begun. */
  | { readonly kind: 'empty' }
  | ({ readonly kind: 'picture'; readonly view: View['kind'] } & Described & {
        /** How many networks there are to choose from. */
        readonly replicas: number;
        /** Why the manifold cannot be drawn; null where it can. */
        readonly noManifold: string | null;
      })
  /** What was asked for cannot be drawn, and why. */
  | { readonly kind: 'cannot'; readonly why: string }
  | { readonly kind: 'labels'; readonly labels: readonly Label[] }
  /** Something went wrong; the view is over until another run begins. */
  | { readonly kind: 'failed'; readonly message: string };
