// ONNX Runtime Web on WebAssembly; https://onnxruntime.ai/docs/tutorials/web/
import * as ort from "/package/dist/ort.wasm.min.mjs";

const ARRAYS = {float32: Float32Array, int32: Int32Array, int64: BigInt64Array};
let session;

export async function load(path, threads) {
  ort.env.wasm.numThreads = threads;
  ort.env.wasm.wasmPaths = "/package/dist/";
  session = await ort.InferenceSession.create(path, {executionProviders: ["wasm"]});
  return {threads: ort.env.wasm.numThreads};
}

export function put(inputs) {
  const names = [...session.inputNames].sort();
  return Object.fromEntries(inputs.map(({dtype, shape, values}, place) => {
    const own = dtype === "int64" ? values.map(BigInt) : values;
    return [names[place], new ort.Tensor(dtype, ARRAYS[dtype].from(own), shape)];
  }));
}

export async function run(feed) {
  const outputs = await session.run(feed);
  const {data, dims} = outputs[session.outputNames[0]];
  return {values: Array.from(data, Number), shape: dims};
}
