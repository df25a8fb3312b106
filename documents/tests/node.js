// Reads a line {"pattern", "texts"} at a time, and says of each text whether the pattern matches it: with the flag `u`, or, where
// that is a syntax error, without; `null` where both are.
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter((line) => line !== "");

// With `u`, ECMA-262 tries each character, and V8 the middle of one as well (`/\B(?<!\S)/u` on "aaa😀a"): the starts are given.
const matches = (pattern, text) => {
  const expression = new RegExp(pattern, "uy");
  for (let start = 0; start <= text.length; start += text.codePointAt(start) > 0xffff ? 2 : 1) {
    expression.lastIndex = start;
    if (expression.test(text)) return true;
  }
  return false;
};
const judge = ({ pattern, texts }) => {
  for (const flags of ["u", ""]) {
    try {
      const expression = new RegExp(pattern, flags);
      const unicode = flags === "u";
      return { unicode, matches: texts.map((text) => (unicode ? matches(pattern, text) : expression.test(text))) };
    } catch {}
  }
  return null;
};
console.log(JSON.stringify(lines.map((line) => judge(JSON.parse(line)))));
