(() => {
  // On a phone the contents are one line that opens; on a wide screen they stand beside the text.
  const details = document.querySelector("#contents details");
  const wide = matchMedia("(width >= 70rem)");
  const fit = () => { details.open = wide.matches; };
  wide.addEventListener("change", fit);
  fit();
})();
