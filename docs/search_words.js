/* Chinese has no blanks: a query such as 流失客户名单 is cut into the longest words that the search index has. Sphinx uses
   this function instead of its own where it is there. */
var splitQuery = (query) =>
  query
    .split(/[^\p{Letter}\p{Number}_]+/gu)
    .filter((word) => word)
    .flatMap((word) => (/\p{Script=Han}/u.test(word) ? cutByIndex(word) : [word]));

function cutByIndex(word) {
  const index = Search._index;
  if (!index) return [word];
  const known = (part) =>
    Object.hasOwn(index.terms, part) || Object.hasOwn(index.titleterms, part);
  const words = [];
  for (let at = 0; at < word.length; ) {
    let end = word.length;
    while (end > at + 1 && !known(word.slice(at, end).toLowerCase())) end--;
    if (end > at + 1) words.push(word.slice(at, end));
    at = end;
  }
  return words.length ? words : [word];
}
