/** @file The brightness of a baseline JPEG at a fraction of its size, straight from its coefficients (ITU T.81, scaled inverse DCT). */

import { type Block, type HuffmanTable, readHuffmanTables, readScan } from './jpeg-scan.ts';

/** A picture's brightness on a coarse grid. */
export interface Luma {
  /** [rows, columns], 0 is mid grey. */
  values: Float64Array;
  columns: number;
  rows: number;
  /** How many columns and rows the picture covers; the last may be covered in part. */
  extent: { columns: number; rows: number };
}

/**
 * For thumbnails that this package has encoded itself (baseline, interleaved, no restart markers), not for foreign files.
 * Each 8x8 block becomes 1, 2x2, 4x4 or 8x8 cells, the fewest that make the shorter side `minimumCells` long.
 */
export function readJpegLuma(jpeg: Uint8Array, minimumCells: number): Luma {
  const { frame, quantization, huffman, scanStart } = readSegments(jpeg);
  const [luma] = frame.components;
  if (!luma) throw new Error('The JPEG has no component');
  const cells = cellsPerBlock(Math.min(frame.widthPx, frame.heightPx) / 8, minimumCells);
  const mcuColumns = Math.ceil(frame.widthPx / (8 * luma.across));
  const mcuRows = Math.ceil(frame.heightPx / (8 * luma.down));
  const columns = mcuColumns * luma.across * cells;
  const rows = mcuRows * luma.down * cells;
  const values = new Float64Array(columns * rows);
  const steps = quantization[luma.quantizationId] ?? new Uint16Array(64);
  const scan = { jpeg, start: scanStart, mcus: mcuColumns * mcuRows, blocks: blocksOfMcu(frame.components, huffman) };
  let blocksSeen = 0;
  readScan(scan, (coefficients) => {
    const mcu = Math.floor(blocksSeen / (luma.across * luma.down));
    const block = blocksSeen % (luma.across * luma.down);
    const column = ((mcu % mcuColumns) * luma.across + (block % luma.across)) * cells;
    const row = (Math.floor(mcu / mcuColumns) * luma.down + Math.floor(block / luma.across)) * cells;
    writeCells({ coefficients, steps, cells, values, columns, start: row * columns + column });
    blocksSeen += 1;
  });
  const perPx = cells / 8;
  return { values, columns, rows, extent: { columns: frame.widthPx * perPx, rows: frame.heightPx * perPx } };
}

/** The blocks of one interleaved unit, in the order in which they are coded. */
function blocksOfMcu(components: readonly Component[], huffman: ReadonlyMap<number, HuffmanTable>): Block[] {
  return components.flatMap((component, componentIndex) => {
    const dc = huffman.get(component.dcTable);
    const ac = huffman.get(component.acTable | 16);
    if (!dc || !ac) throw new Error('The JPEG lacks a Huffman table');
    return Array.from({ length: component.across * component.down }, () => ({ componentIndex, dc, ac }));
  });
}

function cellsPerBlock(blocks: number, minimumCells: number): CellsPerBlock {
  return ([1, 2, 4] as const).find((cells) => blocks * cells >= minimumCells) ?? 8;
}

interface Component {
  across: number;
  down: number;
  quantizationId: number;
  dcTable: number;
  acTable: number;
}

function readSegments(jpeg: Uint8Array) {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  const quantization: Uint16Array[] = [];
  const huffman = new Map<number, HuffmanTable>();
  const frame = { widthPx: 0, heightPx: 0, components: [] as Component[] };
  for (let at = 2; at < jpeg.length; ) {
    const marker = view.getUint16(at);
    const end = at + 2 + view.getUint16(at + 2);
    const body = jpeg.subarray(at + 4, end);
    if (marker === 0xffdb) readQuantization(body, quantization);
    else if (marker === 0xffc4) readHuffmanTables(body, huffman);
    else if (marker === 0xffc0) {
      frame.heightPx = view.getUint16(at + 5);
      frame.widthPx = view.getUint16(at + 7);
      frame.components = readComponents(body);
    } else if (marker === 0xffda) {
      frame.components.forEach((component, i) => {
        const selector = body[2 + 2 * i] as number;
        component.dcTable = selector >> 4;
        component.acTable = selector & 15;
      });
      return { frame, quantization, huffman, scanStart: end };
    }
    at = end;
  }
  throw new Error('The JPEG has no scan');
}

function readQuantization(body: Uint8Array, quantization: Uint16Array[]): void {
  for (let at = 0; at < body.length; at += 65) {
    quantization[(body[at] as number) & 15] = Uint16Array.from(body.subarray(at + 1, at + 65));
  }
}

function readComponents(body: Uint8Array): Component[] {
  return Array.from({ length: body[5] as number }, (_, i) => {
    const sampling = body[7 + 3 * i] as number;
    return {
      across: sampling >> 4,
      down: sampling & 15,
      quantizationId: body[8 + 3 * i] as number,
      dcTable: 0,
      acTable: 0,
    };
  });
}

// biome-ignore format: the zigzag order reads best as a square
const zigzag = Uint8Array.of(
   0,  1,  8, 16,  9,  2,  3, 10, 17, 24, 32, 25, 18, 11,  4,  5,
  12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13,  6,  7, 14, 21, 28,
  35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51,
  58, 59, 52, 45, 38, 31, 39, 46, 53, 60, 61, 54, 47, 55, 62, 63,
);

/** [cells, cells]: c(u) cos((2x + 1) u pi / 2 cells), c(0) = 1, else sqrt 2. */
const basisOf = (cells: number): Float64Array =>
  Float64Array.from({ length: cells * cells }, (_, i) => {
    const [x, u] = [Math.floor(i / cells), i % cells];
    return (u === 0 ? 1 : Math.SQRT2) * Math.cos(((2 * x + 1) * u * Math.PI) / (2 * cells));
  });

const bases = { 2: basisOf(2), 4: basisOf(4), 8: basisOf(8) };
/** How far into the zigzag the lowest `cells` x `cells` frequencies reach. */
const reach = { 2: 5, 4: 25, 8: 64 };

type CellsPerBlock = 1 | 2 | 4 | 8;

interface BlockTarget {
  coefficients: Int32Array;
  steps: Uint16Array;
  cells: CellsPerBlock;
  values: Float64Array;
  columns: number;
  start: number;
}

const square = new Float64Array(64);

/** Inverse DCT of the lowest `cells` x `cells` frequencies: the block at `cells` / 8 of its size. */
function writeCells({ coefficients, steps, cells, values, columns, start }: BlockTarget): void {
  if (cells === 1) {
    values[start] = ((coefficients[0] as number) * (steps[0] as number)) / 8;
    return;
  }
  const basis = bases[cells];
  for (let k = 0; k < reach[cells]; k += 1)
    square[zigzag[k] as number] = (coefficients[k] as number) * (steps[k] as number);
  for (let y = 0; y < cells; y += 1) {
    for (let x = 0; x < cells; x += 1) {
      let sum = 0;
      for (let v = 0; v < cells; v += 1) {
        let row = 0;
        for (let u = 0; u < cells; u += 1) row += (square[v * 8 + u] as number) * (basis[x * cells + u] as number);
        sum += row * (basis[y * cells + v] as number);
      }
      values[start + y * columns + x] = sum / 8;
    }
  }
}
