
/* Draws what the page describes in its element `drawings`; see simulator/report/blocks.py for the shapes. */
(() => {
  "use strict";

  const HOUR = 3600;
  const DAY = 24 * HOUR;
  const TIME_STEPS = [60, 300, 600, 900, 1800, HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR, DAY, 7 * DAY];
  const FONT = '12px system-ui, "Segoe UI", Roboto, sans-serif';
  const PLOT_HEIGHT = 210;
  const PADDING = [8, 20, 0, 0];
  const ROW_HEIGHT = 17;
  const POINTS_MAX = 60;
  const STATE_TONES = { "on contact": "busy", "wrap-up": "after", ringing: "rings", ready: "idle", "not ready": "gone" };
  const AWAY_TONES = 4;
  const TONES = 8;
  const SYNC = { key: "day", scales: ["x", null] };

  const page = JSON.parse(document.getElementById("drawings").textContent);
  const hasClock = page.clock_s !== null;
  const clock = page.clock_s ?? 0;
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const toneOf = (series) => (series.tone === null ? "ink" : `tone-${series.tone % TONES}`);

  // --- how values and instants are written ----------------------------------------------------------

  const two = (number) => String(number).padStart(2, "0");

  /* The day, from 0, and the time in it; without a clock there is one day, however long. */
  function inDay(at, withSeconds = false) {
    const whole = Math.round(at);
    const day = hasClock ? Math.floor(whole / DAY) : 0;
    const hours = Math.floor(whole / HOUR) - 24 * day;
    const parts = [hasClock ? two(hours) : hours, two(Math.floor((whole % HOUR) / 60))];
    return { day, time: [...parts, ...(withSeconds ? [two(whole % 60)] : [])].join(":") };
  }

  function timeOfDay(at, withSeconds = false) {
    const { day, time } = inDay(at, withSeconds);
    return day > 0 ? `day ${day + 1} ${time}` : time;
  }

  /* On an axis a new day says so instead of 00:00. */
  function tick(at) {
    const { day, time } = inDay(at);
    return day > 0 && at % DAY === 0 ? `day ${day + 1}` : time;
  }

  function length(seconds) {
    const whole = Math.round(seconds);
    return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${two(whole % 60)} s`;
  }

  /* Of small numbers two figures that say something: waits of milliseconds have an axis too. */
  function decimals(value) {
    const size = Math.abs(value);
    if (size >= 10 || value % 1 === 0) return 0;
    return size >= 1 ? 1 : Math.min(4, 1 - Math.floor(Math.log10(size)));
  }

  const FORMS = {
    count: (value) => value.toLocaleString("en", { maximumFractionDigits: decimals(value) }),
    decimal: (value) => value.toLocaleString("en", { maximumFractionDigits: 1 }),
    seconds: (value) => `${value.toLocaleString("en", { maximumFractionDigits: decimals(value) })} s`,
    percent: (value) => `${(100 * value).toLocaleString("en", { maximumFractionDigits: 1 })}%`,
  };

  // --- small pieces of the page ---------------------------------------------------------------------

  function element(name, text = "", className = "") {
    const made = document.createElement(name);
    made.textContent = text;
    made.className = className;
    return made;
  }

  function legend(host, entries) {
    const list = element("ul", "", "legend");
    for (const entry of entries) {
      const item = element("li", entry.name, entry.look);
      item.style.setProperty("--key", `var(--${entry.tone})`);
      list.append(item);
    }
    host.before(list);
  }

  function tip(title, lines) {
    const box = element("div", "", "tip");
    box.append(element("b", title));
    for (const [name, value, tone] of lines) {
      const line = element("span");
      const label = element("i", name);
      label.style.setProperty("--key", `var(--${tone})`);
      line.append(label, element("em", value));
      box.append(line);
    }
    return box;
  }

  /* Shows beside the cursor what `content(u)` returns, or nothing. */
  function tipPlugin(content) {
    let shown = null;
    const hide = () => { shown?.remove(); shown = null; };
    return {
      hooks: {
        setCursor: (u) => {
          hide();
          // The cursors of all plots over the day move together; what is under the mouse is told.
          const box = u.cursor.left >= 0 && u.root.matches(":hover") ? content(u) : null;
          if (!box) return;
          shown = box;
          u.over.append(box);
          const right = u.cursor.left + 14 + box.offsetWidth < u.over.clientWidth;
          box.style.left = `${right ? u.cursor.left + 14 : Math.max(-40, u.cursor.left - 14 - box.offsetWidth)}px`;
          box.style.top = `${Math.max(0, Math.min(u.cursor.top - 12, u.over.clientHeight - box.offsetHeight))}px`;
        },
        destroy: hide,
      },
    };
  }

  function axis(more) {
    return {
      stroke: colour("faint"),
      font: FONT,
      grid: { stroke: colour("line"), width: 1 },
      ticks: { show: false },
      ...more,
    };
  }

  const timeAxis = () => axis({
    incrs: TIME_STEPS,
    space: 56,
    size: 24,
    grid: { show: false },
    values: (u, splits) => splits.map(tick),
  });

  // --- lines and bars -------------------------------------------------------------------------------

  /* Where the places of an axis lie, how they are ticked, and what each is called. */
  function placesOf(described) {
    if ("labels" in described) {
      const { labels, names } = described;
      return {
        at: labels.map((_, place) => place),
        range: [-0.6, labels.length - 0.4],
        axis: axis({
          grid: { show: false },
          incrs: [1, 2, 4],
          space: 34,
          size: 26,
          label: described.title,
          labelSize: 20,
          labelFont: FONT,
          values: (u, splits) => splits.map((place) => labels[place] ?? ""),
        }),
        name: (place) => names[place],
      };
    }
    const { starts_s: starts, interval_s: interval } = described;
    const from = (place) => clock + starts[place];
    return {
      at: starts.map((_, place) => from(place) + interval / 2),
      range: [from(0), from(starts.length - 1) + interval],
      axis: timeAxis(),
      sync: SYNC,
      name: (place) => `${timeOfDay(from(place))} – ${timeOfDay(from(place) + interval)}`,
    };
  }

  function lineParts(plot, places) {
    const [data, series, bands] = [[places.at], [{}], []];
    const points = places.at.length <= POINTS_MAX;
    const highest = plot.form === "percent" ? 1 : Infinity;
    for (const one of plot.series) {
      const stroke = colour(toneOf(one));
      if (one.half_width) {
        const edge = (sign) => one.values.map((value, place) => {
          const half = one.half_width[place];
          return value === null || half === null ? null : Math.min(highest, Math.max(0, value + sign * half));
        });
        bands.push({ series: [data.length, data.length + 1], fill: `${stroke}1f` });
        data.push(edge(+1), edge(-1));
        series.push({ points: { show: false } }, { points: { show: false } });
      }
      data.push(one.values);
      series.push({
        stroke,
        width: one.dashed ? 1 : one.tone === null ? 2.25 : 1.75,
        dash: one.dashed ? [4, 3] : undefined,
        points: { show: points && !one.dashed, size: 5, fill: stroke, stroke },
      });
    }
    return { data, series, bands };
  }

  /* Stacked bars: each series is drawn up to its sum with those before it, the highest first. */
  function barParts(plot, places) {
    const sums = [];
    for (const one of plot.series) {
      const below = sums.at(-1);
      sums.push(one.values.map((value, place) => (value ?? 0) + (below ? below[place] : 0)));
    }
    const [data, series] = [[places.at], [{}]];
    for (let place = plot.series.length - 1; place >= 0; place--) {
      const fill = colour(toneOf(plot.series[place]));
      data.push(sums[place]);
      series.push({ fill, width: 0, points: { show: false }, paths: uPlot.paths.bars({ size: [0.72, 64] }) });
    }
    return { data, series, bands: [] };
  }

  function upTo(values, form) {
    const highest = Math.max(0, ...values.flat().filter((value) => value !== null));
    return form === "percent" ? [0, 1.02] : [0, highest ? highest * 1.08 : 1];
  }

  function drawPlot(host, plot, width) {
    const places = placesOf(plot.axis);
    const form = FORMS[plot.form];
    const parts = plot.kind === "bars" ? barParts(plot, places) : lineParts(plot, places);
    const described = (u) => {
      const place = u.cursor.idx;
      if (place === null || place === undefined) return null;
      const value = (one) => (one.values[place] === null ? "–" : form(one.values[place]));
      const spread = (one) => (one.half_width?.[place] ? ` ± ${form(one.half_width[place])}` : "");
      return tip(places.name(place), plot.series.map((one) => [one.name, value(one) + spread(one), toneOf(one)]));
    };
    return new uPlot({
      width,
      height: PLOT_HEIGHT,
      padding: PADDING,
      series: parts.series,
      bands: parts.bands,
      scales: { x: { time: false, range: () => places.range }, y: { range: () => upTo(parts.data.slice(1), plot.form) } },
      axes: [places.axis, axis({ size: 52, space: 36, values: (u, splits) => splits.map(form) })],
      legend: { show: false },
      cursor: { y: false, drag: { x: false }, points: { show: plot.kind === "lines", size: 7 }, sync: places.sync },
      plugins: [tipPlugin(described)],
    }, parts.data, host);
  }

  function plotLegend(host, plot) {
    const look = plot.kind === "bars" ? "patch" : "";
    const named = plot.series.filter((one) => !one.dashed);
    legend(host, named.map((one) => ({ name: one.name, tone: toneOf(one), look })));
  }

  // --- time lines -----------------------------------------------------------------------------------

  function stateTones(states) {
    const away = states.filter((state) => !(state in STATE_TONES));
    return states.map((state) => STATE_TONES[state] ?? `away-${away.indexOf(state) % AWAY_TONES}`);
  }

  function drawStretches(u, lines, fills) {
    const { ctx, bbox } = u;
    const height = Math.max(1, Math.abs(u.valToPos(1, "y", true) - u.valToPos(0, "y", true)) - 4 * devicePixelRatio);
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    lines.stretches.forEach((row, place) => {
      const top = u.valToPos(place, "y", true) - height / 2;
      for (const [from, to, state] of row) {
        const left = u.valToPos(clock + from, "x", true);
        ctx.fillStyle = fills[state];
        ctx.fillRect(left, top, u.valToPos(clock + to, "x", true) - left, height);
      }
    });
    ctx.restore();
  }

  function stretchAt(row, at) {
    return row.find(([from, to]) => from <= at && at < to);
  }

  function drawTimeLines(host, lines, width) {
    const tones = stateTones(lines.states);
    const count = lines.names.length;
    const labelWidth = Math.min(140, 22 + 7 * Math.max(...lines.names.map((name) => name.length)));
    const described = (u) => {
      const place = Math.round(u.posToVal(u.cursor.top, "y"));
      const found = stretchAt(lines.stretches[place] ?? [], u.posToVal(u.cursor.left, "x") - clock);
      if (!found) return null;
      const [from, to, state] = found;
      const when = `${timeOfDay(clock + from, true)} – ${timeOfDay(clock + to, true)}`;
      const who = lines.teams[place] ? `${lines.names[place]}, ${lines.teams[place]}` : lines.names[place];
      return tip(who, [[lines.states[state], length(to - from), tones[state]], [when, "", "card"]]);
    };
    const all = [clock, clock + lines.until_s];
    return new uPlot({
      width,
      height: count * ROW_HEIGHT + 46,
      padding: PADDING,
      series: [{}, { show: true, stroke: "transparent", points: { show: false } }],
      scales: { x: { time: false }, y: { range: [-0.5, count - 0.5], dir: -1 } },
      axes: [
        timeAxis(),
        axis({
          size: labelWidth,
          grid: { show: false },
          splits: () => lines.names.map((_, place) => place),
          values: () => lines.names,
        }),
      ],
      legend: { show: false },
      cursor: { y: false, drag: { x: true, y: false }, points: { show: false }, sync: { ...SYNC, setSeries: false } },
      hooks: { draw: [(u) => drawStretches(u, lines, tones.map(colour))] },
      plugins: [tipPlugin(described)],
    }, [all, [0, 0]], host);
  }

  function timeLinesLegend(host, lines) {
    const tones = stateTones(lines.states);
    const known = Object.keys(STATE_TONES).filter((state) => lines.states.includes(state));
    const order = [...known, ...lines.states.filter((state) => !(state in STATE_TONES))];
    legend(host, order.map((state) => ({ name: state, tone: tones[lines.states.indexOf(state)], look: "patch" })));
  }

  // --- the page ---------------------------------------------------------------------------------------

  const hosts = Object.entries(page.drawings).map(([id, drawing]) => ({ host: document.getElementById(id), drawing, plot: null }));

  function draw(entry) {
    entry.plot?.destroy();
    const paint = entry.drawing.kind === "time_lines" ? drawTimeLines : drawPlot;
    entry.plot = paint(entry.host, entry.drawing, entry.host.clientWidth);
  }

  for (const entry of hosts) {
    (entry.drawing.kind === "time_lines" ? timeLinesLegend : plotLegend)(entry.host, entry.drawing);
    draw(entry);
    new ResizeObserver(() => {
      if (entry.plot.width !== entry.host.clientWidth) entry.plot.setSize({ width: entry.host.clientWidth, height: entry.plot.height });
    }).observe(entry.host);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => hosts.forEach(draw));
})();
