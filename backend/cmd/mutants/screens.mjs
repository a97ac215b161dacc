// Prints the mutants of the screens as JSON. Runs in frontend/, with the paths of its files as arguments.
import { readFileSync } from "node:fs";
import { parseSync } from "vite";

const swapped = {
  "===": "!==",
  "!==": "===",
  "<": "<=",
  "<=": "<",
  ">": ">=",
  ">=": ">",
  "&&": "||",
  "||": "&&",
};
// Without one of these a control does something else for its user; the others are mostly looks.
const behaviour = /^(disabled|required|readOnly|role|open|value|checked|selected|aria-.*|on[A-Z].*)$/;
const looks = /^(sx|style|slotProps|className|spacing|size|width|height|minWidth|maxWidth)$/;

const found = [];

function mutantsOf(path) {
  const source = readFileSync(path, "utf8");
  const bytes = (index) => Buffer.byteLength(source.slice(0, index));

  function replace(inside, operator, start, end, text) {
    found.push({ Path: `frontend/${path}`, Function: inside, Operator: operator, Start: bytes(start), End: bytes(end), Text: text });
  }

  function negate(inside, test) {
    if (test.type === "BinaryExpression" && /^[!=]==$/.test(test.operator)) return;
    replace(inside, "negate condition", test.start, test.end, `!(${source.slice(test.start, test.end)})`);
  }

  function literal(inside, node) {
    if (typeof node.value === "boolean") replace(inside, "swap true and false", node.start, node.end, String(!node.value));
    if (!Number.isInteger(node.value)) return;
    replace(inside, "change number", node.start, node.end, String(node.value > 1 ? 2 * node.value : 1 - node.value));
  }

  function operator(inside, node) {
    const other = swapped[node.operator];
    if (!other) return;
    const from = source.indexOf(node.operator, node.left.end);
    replace(inside, "swap operator", from, from + node.operator.length, other);
  }

  function mutate(inside, node) {
    switch (node.type) {
      case "IfStatement":
      case "ConditionalExpression":
        return negate(inside, node.test);
      case "BinaryExpression":
      case "LogicalExpression":
        return operator(inside, node);
      case "Literal":
        return literal(inside, node);
      case "ExpressionStatement":
        if (/^(Call|Assignment|Unary|Await)Expression$/.test(node.expression.type)) {
          replace(inside, "drop statement", node.start, node.end, ";");
        }
        return;
      case "SwitchCase":
        if (node.test && node.consequent.length > 0) replace(inside, "remove case", node.start, node.end, "");
        return;
      case "JSXAttribute":
        if (behaviour.test(node.name.name)) replace(inside, "drop attribute", node.start, node.end, "");
    }
  }

  function walk(inside, node) {
    if (Array.isArray(node)) {
      for (const one of node) walk(inside, one);
      return;
    }
    if (!node || typeof node.type !== "string") return;
    if (node.type.startsWith("TS")) {
      walk(inside, node.expression);
      return;
    }
    if (node.type === "ImportDeclaration") return;
    if (node.type === "JSXAttribute" && looks.test(node.name.name)) return;
    if (node.type === "Property" && node.key.name === "sx") return;
    mutate(inside, node);
    const name = inside === "file" ? (node.id?.name ?? inside) : inside;
    for (const [key, child] of Object.entries(node)) {
      if (child && typeof child === "object" && key !== "parent") walk(name, child);
    }
  }

  walk("file", parseSync(path, source).program.body);
}

for (const path of process.argv.slice(1)) mutantsOf(path);
console.log(JSON.stringify(found));
