/** @file One uPlot drawing in an element: in the page's colors, as wide as there is room. */
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';

export interface Plot {
  update(data: uPlot.AlignedData): void;
  /** Moves the cursor to a place, as the pointer would. */
  point(index: number): void;
  close(): void;
}

export interface PlotLook {
  series: readonly { label: string; color: string; dash: readonly number[]; isDots: boolean }[];
  heightPx: number;
  formatY: (value: number) => string;
  range: ((low: number, high: number) => [number, number]) | undefined;
  marked: { x: number; label: string } | undefined;
  xEnd: number | undefined;
  syncKey: string | undefined;
  onIndex: (index: number | null) => void;
}

/** Steps of a scale that counts. */
const wholeSteps = [1, 2, 5]
  .flatMap((step) => [step, step * 10, step * 100, step * 1000, step * 10_000])
  .sort((a, b) => a - b);
const font = '12px system-ui, sans-serif';
/** Few points are seen better than the line between them. */
const fewPoints = 2;

/** `look` is asked again whenever something is drawn, so that formats and marks are those of now. */
export function openPlot(element: HTMLElement, data: uPlot.AlignedData, look: () => PlotLook): Plot {
  const style = getComputedStyle(element);
  const [dim, line] = [style.getPropertyValue('--tt-dim'), style.getPropertyValue('--tt-line')];
  const { series, heightPx, syncKey } = look();
  const axis = { stroke: dim, font, grid: { stroke: line, width: 1 }, ticks: { show: false } };
  const plot = new uPlot(
    {
      width: Math.max(1, element.clientWidth),
      height: heightPx,
      padding: [10, 12, 0, 0],
      legend: { show: false },
      cursor: {
        y: false,
        drag: { setScale: false, x: false, y: false },
        points: { size: 8 },
        ...(syncKey === undefined ? {} : { sync: { key: syncKey } }),
      },
      scales: {
        x: { time: false, range: (_self, low, high) => [low, Math.max(high, look().xEnd ?? high, low + 1)] },
        y: { range: (_self, low, high) => look().range?.(low, high) ?? around(low, high) },
      },
      axes: [
        { ...axis, size: 26, space: 48, incrs: wholeSteps },
        { ...axis, size: 58, space: 36, values: (_self, ticks) => ticks.map((tick) => look().formatY(tick)) },
      ],
      series: [
        {},
        ...series.map(({ label, color, dash, isDots }) => ({
          label,
          stroke: color,
          width: isDots ? 0 : 2,
          dash: [...dash],
          spanGaps: true,
          points: {
            show: (self: uPlot): boolean => isDots || (self.data[0]?.length ?? 0) <= fewPoints,
            size: isDots ? 6 : 7,
            fill: color,
            stroke: color,
          },
        })),
      ],
      hooks: {
        setCursor: [(self) => look().onIndex(self.cursor.idx ?? null)],
        draw: [(self) => drawMarked(self, look().marked, dim)],
      },
    },
    data,
    element,
  );
  const observer = new ResizeObserver(() =>
    plot.setSize({ width: Math.max(1, element.clientWidth), height: heightPx }),
  );
  observer.observe(element);
  return {
    update: (next) => plot.setData(next),
    point(index) {
      const x = plot.data[0]?.[index] ?? 0;
      // uPlot tells other charts only of the pointer.
      const charts = syncKey === undefined ? [plot] : uPlot.sync(syncKey).plots;
      for (const chart of charts) chart.setCursor({ left: chart.valToPos(x, 'x'), top: 10 });
    },
    close() {
      observer.disconnect();
      plot.destroy();
    },
  };
}

function around(low: number | null, high: number | null): [number, number] {
  if (low === null || high === null) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.08;
  return [low - room, high + room];
}

function drawMarked(self: uPlot, marked: PlotLook['marked'], color: string): void {
  if (!marked) return;
  const { ctx, bbox } = self;
  const x = self.valToPos(marked.x, 'x', true);
  if (x < bbox.left || x > bbox.left + bbox.width) return;
  const ratio = uPlot.pxRatio;
  ctx.save();
  ctx.strokeStyle = color;
  ctx.fillStyle = color;
  ctx.lineWidth = ratio;
  ctx.setLineDash([3 * ratio, 3 * ratio]);
  ctx.beginPath();
  ctx.moveTo(x, bbox.top);
  ctx.lineTo(x, bbox.top + bbox.height);
  ctx.stroke();
  ctx.font = `${11 * ratio}px system-ui, sans-serif`;
  const isLeft = x > bbox.left + bbox.width / 2;
  ctx.textAlign = isLeft ? 'right' : 'left';
  ctx.textBaseline = 'top';
  ctx.fillText(marked.label, x + (isLeft ? -5 : 5) * ratio, bbox.top);
  ctx.restore();
}
