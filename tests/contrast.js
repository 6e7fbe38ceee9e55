// The texts of a page whose contrast with what lies under them is too low, measured where they stand:
// what a checker of styles leaves open, as text on drawings, is measured as well.
() => {
  const rgba = (css) => {
    const [r = 0, g = 0, b = 0, a = 1] = (css.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
    const scale = css.startsWith("color(") ? 255 : 1;
    return [r * scale, g * scale, b * scale, a];
  };
  const over = ([r, g, b, a], under) => [r, g, b].map((c, i) => c * a + under[i] * (1 - a));
  const luminance = (colour) => colour
    .map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const kept = (of) => {
    const known = new Map();
    return (element) => known.get(element) ?? known.set(element, of(element)).get(element);
  };
  const opacity = kept((it) => (it ? Number(getComputedStyle(it).opacity) * opacity(it.parentElement) : 1));
  const isDrawn = (element) => element instanceof SVGElement;
  const fill = kept((element) => {
    const style = getComputedStyle(element);
    const paint = isDrawn(element) ? style.fill : style.backgroundColor;
    if (paint === "none" || paint.startsWith("url")) return null;
    const [r, g, b, a] = rgba(paint);
    return [r, g, b, a * opacity(element) * (isDrawn(element) ? Number(style.fillOpacity) : 1)];
  });
  const paper = over(rgba(getComputedStyle(document.documentElement).backgroundColor), [255, 255, 255]);
  const ground = (element, x, y) => {
    const stack = document.elementsFromPoint(x, y).reverse();
    const own = stack.findIndex((it) => it === element || element.contains(it));
    const under = own < 0 ? stack : stack.slice(0, isDrawn(element) ? own : own + 1);
    return under.filter((it) => !(it instanceof SVGTextContentElement || it instanceof SVGSVGElement))
      .map(fill).filter(Boolean).reduce((below, colour) => over(colour, below), paper);
  };
  const low = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  let count = 0;
  while (texts.nextNode()) {
    const text = texts.currentNode;
    const element = text.parentElement;
    if (!text.data.trim() || !element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
    if (element.closest("script, style, .skip")) continue;
    const range = document.createRange();
    range.selectNodeContents(text);
    const find = () => [...range.getClientRects()].find((rect) => rect.width > 2 && rect.height > 2);
    let box = find();
    if (!box) continue;
    if (box.top < 80 || box.bottom > innerHeight || box.left < 0 || box.right > innerWidth) {
      element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
      box = find();
    }
    count += 1;
    const style = getComputedStyle(element);
    const below = ground(element, box.x + box.width / 2, box.y + box.height / 2);
    const [r, g, b, a] = rgba(isDrawn(element) ? style.fill : style.color);
    const lights = [luminance(over([r, g, b, a * opacity(element)], below)), luminance(below)].sort((m, n) => n - m);
    const ratio = (lights[0] + 0.05) / (lights[1] + 0.05);
    const size = parseFloat(style.fontSize);
    const isLarge = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    if (ratio < (isLarge ? 3 : 4.5) - 0.005) low.push(`${ratio.toFixed(2)} ${text.data.trim().slice(0, 30)} in ${element.closest("[id]")?.id}`);
  }
  return { count, low };
}
