// What stands out over the edge of the screen, but for tables that scroll by themselves.
() => {
  const found = [...document.querySelectorAll("main *")]
    .filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".scroll"))
    .map((e) => e.outerHTML.slice(0, 200));
  const { scrollWidth } = document.documentElement;
  return scrollWidth > innerWidth ? [`${scrollWidth} px wide`, ...found] : found;
}
