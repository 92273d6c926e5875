// The whole picture in a corner, with what is seen of it: drawn only while something is out of sight.

const MAP_SIZE = 170;

function makeMap(canvas, stage) {
  let boxes = [];
  let size = [1, 1];
  let scale = 1;

  function draw(seen) {
    const [w, h] = size;
    const all = seen.x <= 0 && seen.y <= 0 && seen.x + seen.w >= w && seen.y + seen.h >= h;
    canvas.hidden = all || boxes.length < 12;
    if (canvas.hidden) return;
    const dots = devicePixelRatio || 1;
    scale = MAP_SIZE / Math.max(w, h);
    // Very long or very flat pictures keep some width.
    const [cw, ch] = [Math.max(w * scale, 28), Math.max(h * scale, 28)];
    canvas.width = cw * dots;
    canvas.height = ch * dots;
    canvas.style.width = `${cw}px`;
    canvas.style.height = `${ch}px`;
    const style = getComputedStyle(canvas);
    const pen = canvas.getContext("2d");
    pen.scale(dots, dots);
    pen.fillStyle = style.color;
    for (const [x, y, bw, bh] of boxes) pen.fillRect(x * scale, y * scale, Math.max(bw * scale, 1.2), Math.max(bh * scale, 1.2));
    pen.strokeStyle = style.outlineColor;
    pen.lineWidth = 1.5;
    pen.strokeRect(Math.max(seen.x * scale, 1), Math.max(seen.y * scale, 1),
      Math.min(seen.w * scale, cw - 2), Math.min(seen.h * scale, ch - 2));
  }

  const go = (event) => {
    const { left, top } = canvas.getBoundingClientRect();
    stage.centre((event.clientX - left) / scale, (event.clientY - top) / scale);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    go(event);
  });
  canvas.addEventListener("pointermove", (event) => event.buttons === 1 && go(event));

  return {
    draw,
    fill(newBoxes, newSize) {
      boxes = newBoxes;
      size = newSize;
    },
  };
}
