// Reads a line {"pattern", "texts"} at a time, and says of each text whether the pattern matches it: with the flag `u`, or, where
// that is a syntax error, without; `null` where both are.
const lines = require("fs").readFileSync(0, "utf8").split("\n").filter((line) => line !== "");
const judge = ({ pattern, texts }) => {
  for (const flags of ["u", ""]) {
    try {
      const expression = new RegExp(pattern, flags);
      return { unicode: flags === "u", matches: texts.map((text) => expression.test(text)) };
    } catch {}
  }
  return null;
};
console.log(JSON.stringify(lines.map((line) => judge(JSON.parse(line)))));
