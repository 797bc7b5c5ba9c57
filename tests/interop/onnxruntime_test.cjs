// ONNX Runtime runs what write_models wrote, at another batch size than it was traced with, and computes the same:
// onnxruntime_test.cjs FOLDER MODULES, where npm has installed onnxruntime-node in MODULES. Exits with 77 if it has not.
const fs = require('fs');
const path = require('path');
const {createRequire} = require('module');

const [folder, modules] = process.argv.slice(2);
let ort;
try {
  ort = createRequire(path.join(path.resolve(modules), 'package.json'))('onnxruntime-node');
} catch (error) {
  console.log(`skipped: ${error.message.split('\n')[0]} (npm install --ignore-scripts --prefix ${modules} onnxruntime-node)`);
  process.exit(77);
}

const types = {'<f4': ['float32', Float32Array], '<i8': ['int64', BigInt64Array]};

function readNpy(file) {
  const bytes = fs.readFileSync(file);
  const begin = 10 + bytes.readUInt16LE(8);
  const header = bytes.toString('latin1', 10, begin);
  const [name, Elements] = types[/'descr': '([^']*)'/.exec(header)[1]];
  const shape = /'shape': \(([^)]*)\)/.exec(header)[1].split(',').filter(s => s.trim()).map(Number);
  return new ort.Tensor(name, new Elements(new Uint8Array(bytes.subarray(begin)).buffer), shape);
}

async function main() {
  const files = fs.readdirSync(folder).filter(name => name.endsWith('.onnx'));
  if (files.length < 4) throw new Error(`${folder} holds ${files.length} models`);
  for (const file of files) {
    const name = path.join(folder, path.basename(file, '.onnx'));
    const session = await ort.InferenceSession.create(name + '.onnx');
    const {output} = await session.run({input: readNpy(name + '.input.npy')});
    const expected = readNpy(name + '.output.npy');
    if (String(output.dims) !== String(expected.dims)) throw new Error(`${file}: the output is [${output.dims}]`);
    const error = (y, i) => Math.abs(y - expected.data[i]) / Math.max(1, Math.abs(expected.data[i]));
    const worst = Math.max(...output.data.map(error));
    console.log(`${file}: outputs differ by at most ${worst.toExponential(1)}`);
    if (!(worst < 1e-5)) throw new Error(file);
  }
}

main().catch(error => {
  console.log(error);
  process.exit(1);
});
