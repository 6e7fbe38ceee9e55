// The arrows that stand at the end of a line, their number at the beginning of the next.
() => {
  const torn = [];
  const block = (node) => node.parentElement.closest("p, li, td, th, h1, h2, h3, h4, h5, dd, dt, summary, div, text");
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const place = (node, at) => {
    const range = document.createRange();
    range.setStart(node, at);
    range.setEnd(node, at + 1);
    return range.getBoundingClientRect();
  };
  let arrow = null;
  while (texts.nextNode()) {
    const node = texts.currentNode;
    if (node.parentElement.closest("script, style, svg")) continue;
    for (let at = 0; at < node.data.length; at += 1) {
      const character = node.data[at];
      if (/\s/.test(character)) continue;
      if (arrow && arrow.block === block(node) && /[\d+−–-]/.test(character)) {
        const box = place(node, at);
        if (box.height && arrow.box.height && box.top > arrow.box.bottom - 2) torn.push(`${arrow.text} | ${node.data.slice(at, at + 20)}`);
      }
      arrow = /[▲▼→]/.test(character) ? { block: block(node), box: place(node, at), text: node.data.slice(Math.max(0, at - 12), at + 1) } : null;
    }
  }
  return torn;
}
