// The gradients of logistic regression by hand in JavaScript, judged with
//
//     backproof check --cmd "node my_net.js"
//
// A partial trace: only A1, dW1 and db1 are written, so only they are judged.  Cases with hidden
// layers or another loss are skipped (exit code 77).
// Arguments: the case to read, the trace to write, both safetensors files (docs/any-language.md).

const fs = require("fs");

function readCase(path) {
  const bytes = fs.readFileSync(path);
  const length = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString("utf8", 8, 8 + length));
  const { __metadata__: about, ...entries } = header;
  const arrays = {};
  for (const [name, { dtype, shape, data_offsets }] of Object.entries(entries)) {
    const part = bytes.buffer.slice(
      bytes.byteOffset + 8 + length + data_offsets[0],
      bytes.byteOffset + 8 + length + data_offsets[1],
    );
    const numbers = dtype === "F32" ? new Float32Array(part) : new Float64Array(part);
    arrays[name] = { shape, numbers };
  }
  return { about, arrays };
}

function writeTrace(path, trace, dtype) {
  const Numbers = dtype === "F32" ? Float32Array : Float64Array;
  const header = {};
  const parts = [];
  let offset = 0;
  for (const [name, { shape, numbers }] of Object.entries(trace)) {
    const part = Buffer.from(new Numbers(numbers).buffer);
    header[name] = { dtype, shape, data_offsets: [offset, offset + part.length] };
    parts.push(part);
    offset += part.length;
  }
  let text = JSON.stringify(header);
  text += " ".repeat((8 - (text.length % 8)) % 8);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  fs.writeFileSync(path, Buffer.concat([length, Buffer.from(text), ...parts]));
}

function logisticRegression({ X, Y, W1, b1 }) {
  const [features, m] = X.shape;
  const outputs = Y.shape[0];
  const A = new Float64Array(outputs * m);
  const dW = new Float64Array(outputs * features);
  const db = new Float64Array(outputs);
  for (let i = 0; i < outputs; i++) {
    for (let k = 0; k < m; k++) {
      let z = b1.numbers[i];
      for (let j = 0; j < features; j++) z += W1.numbers[i * features + j] * X.numbers[j * m + k];
      const a = 1 / (1 + Math.exp(-z));
      const delta = (a - Y.numbers[i * m + k]) / m;
      A[i * m + k] = a;
      db[i] += delta;
      for (let j = 0; j < features; j++) dW[i * features + j] += delta * X.numbers[j * m + k];
    }
  }
  return {
    A1: { shape: [outputs, m], numbers: A },
    dW1: { shape: [outputs, features], numbers: dW },
    db1: { shape: [outputs, 1], numbers: db },
  };
}

const [, , question, answer] = process.argv;
const { about, arrays } = readCase(question);
const kind = [about.output, about.loss, about.reduction].join(" ");
if (JSON.parse(about.layer_dims).length !== 2 || kind !== "sigmoid binary_cross_entropy mean") {
  console.error("only one layer of sigmoids, with the mean binary cross-entropy");
  process.exit(77);
}
writeTrace(answer, logisticRegression(arrays), about.dtype === "float32" ? "F32" : "F64");
