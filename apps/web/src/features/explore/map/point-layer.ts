/**
 * @file Draws up to a few hundred thousand points with WebGL 2: one call, each point a shape that its fragment shader cuts out.
 *
 * Libraries that build their drawing functions from text (regl) cannot run under the page's content security policy; this needs nothing of the kind.
 */
import type { Camera, Frame } from './camera.ts';
import { pixelsPerUnit } from './camera.ts';
import { type Kind, parseColor, shapeNumber } from './kinds.ts';

/** How a point is drawn now. */
export const pointStates = { hidden: 0, plain: 1, chosen: 2 } as const;

export interface PointLayer {
  setPlaces(x: Float32Array, y: Float32Array): void;
  setKinds(kindOf: Uint8Array, kinds: readonly Kind[]): void;
  /** [count] of `pointStates`. While one is chosen, the others step back. */
  setStates(states: Uint8Array): void;
  draw(camera: Camera, look: Look): void;
  dispose(): void;
}

export interface Look extends Frame {
  pixelRatio: number;
  /** What chosen points are ringed with, 0 to 1 each. */
  line: readonly [number, number, number];
  /** Every how many points one is drawn: 1 draws them all. */
  every: number;
}

const mostKinds = 201;

const vertexSource = `#version 300 es
in float x;
in float y;
in float kind;
in float state;
uniform vec2 middle;
uniform vec2 scale;
uniform float size;
uniform float pass;
uniform float back;
uniform sampler2D looks;
flat out vec4 look;
flat out float chosen;
void main() {
  bool isChosen = state > 1.5;
  // Chosen points are drawn last, over all others.
  bool isMine = state > 0.5 && (pass > 0.5) == isChosen;
  gl_Position = isMine ? vec4((vec2(x, y) - middle) * scale, 0.0, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
  gl_PointSize = isChosen ? size * 1.35 : size;
  look = texelFetch(looks, ivec2(int(kind), 0), 0);
  chosen = isChosen ? 1.0 : back;
}`;

/** The alpha of a look is the number of its shape. Distances are those to the shape's border, in halves of the point. */
const fragmentSource = `#version 300 es
precision highp float;
flat in vec4 look;
flat in float chosen;
uniform float size;
uniform vec3 line;
out vec4 color;
void main() {
  // No eye tells shapes of so few pixels apart, and a hundred thousand of them are drawn.
  if (size < 5.0) {
    color = vec4(look.rgb * chosen, chosen);
    return;
  }
  vec2 at = gl_PointCoord * 2.0 - 1.0;
  int shape = int(look.a * 255.0 + 0.5);
  float away;
  if (shape == 0) away = length(at) - 0.82;
  else if (shape == 1) away = max(abs(at.x), abs(at.y)) - 0.7;
  else if (shape == 2) away = max(abs(at.x) * 0.87 - at.y * 0.5, at.y) - 0.55;
  else if (shape == 3) away = abs(at.x) + abs(at.y) - 0.92;
  else if (shape == 4) away = abs(length(at) - 0.6) - 0.24;
  else away = max(min(abs(at.x), abs(at.y)) - 0.28, max(abs(at.x), abs(at.y)) - 0.86);
  float soft = 2.0 / size;
  float cover = 1.0 - smoothstep(-soft, soft, away);
  if (cover <= 0.01) discard;
  // A ring around chosen points, where they are large enough to have one.
  float rim = chosen > 0.9 && size > 13.0 ? smoothstep(-soft * 2.2, -soft, away) : 0.0;
  float solid = cover * (chosen > 0.9 ? 1.0 : chosen);
  color = vec4(mix(look.rgb, line, rim) * solid, solid);
}`;

/** How solid points are where none is chosen, and those that step back where some are. */
const opacity = { plain: 0.78, back: 0.2 } as const;

/** Undefined where the browser has no WebGL 2. */
export function openPointLayer(canvas: HTMLCanvasElement): PointLayer | undefined {
  const gl = canvas.getContext('webgl2', { antialias: false, alpha: true });
  if (!gl) return undefined;
  const program = link(gl);
  if (!program) return undefined;
  gl.useProgram(program);
  const uniform = (name: string): WebGLUniformLocation | null => gl.getUniformLocation(program, name);
  const uniforms = {
    middle: uniform('middle'),
    scale: uniform('scale'),
    size: uniform('size'),
    pass: uniform('pass'),
    back: uniform('back'),
    line: uniform('line'),
  };
  const looks = gl.createTexture();
  const columns = openColumns(gl, program);
  let count = 0;
  let isAnyChosen = false;

  return {
    setPlaces(x, y) {
      count = x.length;
      columns.set('x', x);
      columns.set('y', y);
    },
    setKinds(kindOf, kinds) {
      columns.set('kind', kindOf);
      setLooks(gl, looks, kinds);
    },
    setStates(states) {
      isAnyChosen = states.includes(pointStates.chosen);
      columns.set('state', states);
    },
    draw(camera, { widthPx, heightPx, pixelRatio, line, every }) {
      gl.viewport(0, 0, canvas.width, canvas.height);
      gl.clearColor(0, 0, 0, 0);
      gl.clear(gl.COLOR_BUFFER_BIT);
      if (count === 0) return;
      gl.enable(gl.BLEND);
      gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
      const unit = pixelsPerUnit(camera, { widthPx, heightPx });
      gl.uniform2f(uniforms.middle, camera.x, camera.y);
      gl.uniform2f(uniforms.scale, (2 * unit) / widthPx, (2 * unit) / heightPx);
      gl.uniform1f(uniforms.size, pointSize(count, camera.zoom) * pixelRatio);
      gl.uniform1f(uniforms.back, isAnyChosen ? opacity.back : opacity.plain);
      gl.uniform3f(uniforms.line, ...line);
      columns.skip(every);
      for (const pass of isAnyChosen ? [0, 1] : [0]) {
        gl.uniform1f(uniforms.pass, pass);
        gl.drawArrays(gl.POINTS, 0, Math.ceil(count / every));
      }
    },
    dispose() {
      gl.getExtension('WEBGL_lose_context')?.loseContext();
    },
  };
}

/** Pixels: smaller where there are many, larger when one comes closer. */
export function pointSize(count: number, zoom: number): number {
  const base = count > 50_000 ? 3 : count > 10_000 ? 4.5 : count > 2000 ? 6.5 : 9;
  return Math.min(18, base * Math.max(1, zoom) ** 0.35);
}

function link(gl: WebGL2RenderingContext): WebGLProgram | undefined {
  const program = gl.createProgram();
  for (const [type, source] of [
    [gl.VERTEX_SHADER, vertexSource],
    [gl.FRAGMENT_SHADER, fragmentSource],
  ] as const) {
    const shader = gl.createShader(type);
    if (!shader) return undefined;
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  return gl.getProgramParameter(program, gl.LINK_STATUS) ? program : undefined;
}

type Column = 'x' | 'y' | 'kind' | 'state';

interface Columns {
  set(name: Column, values: Float32Array | Uint8Array): void;
  /** From now on every so many values are read, from the first. */
  skip(every: number): void;
}

function openColumns(gl: WebGL2RenderingContext, program: WebGLProgram): Columns {
  const buffers = new Map<Column, WebGLBuffer | null>();
  let step = 1;
  const read = (name: Column): void => {
    const location = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffers.get(name) ?? null);
    gl.enableVertexAttribArray(location);
    gl.vertexAttribPointer(location, 1, gl.FLOAT, false, step * Float32Array.BYTES_PER_ELEMENT, 0);
  };
  return {
    set(name, values) {
      const buffer = buffers.get(name) ?? gl.createBuffer();
      buffers.set(name, buffer);
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      // Bytes lie where no graphics interface reads them from: they would be copied for every draw.
      gl.bufferData(
        gl.ARRAY_BUFFER,
        values instanceof Float32Array ? values : Float32Array.from(values),
        gl.DYNAMIC_DRAW,
      );
      read(name);
    },
    skip(every) {
      if (every === step) return;
      step = every;
      for (const name of buffers.keys()) read(name);
    },
  };
}

/** A row of pixels: the color of each kind, and its shape. */
function setLooks(gl: WebGL2RenderingContext, texture: WebGLTexture | null, kinds: readonly Kind[]): void {
  const pixels = new Uint8Array(4 * mostKinds);
  kinds.slice(0, mostKinds).forEach(({ mark }, n) => {
    pixels.set([...parseColor(mark.color).map((share) => Math.round(share * 255)), shapeNumber(mark.shape)], 4 * n);
  });
  gl.bindTexture(gl.TEXTURE_2D, texture);
  gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, mostKinds, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, gl.NEAREST);
  gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, gl.NEAREST);
}
