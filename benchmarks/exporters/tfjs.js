// TensorFlow.js on the engine that it chooses itself; https://www.tensorflow.org/js/guide/conversion
import * as tf from "/package/dist/tf.fesm.min.js";

let model;

export async function load(path) {
  await tf.ready();
  model = await tf.loadGraphModel(path);
  return {};  // it has no switch for threads
}

export function put(inputs) {
  const names = model.inputs.map(({name}) => name).sort();
  return model.inputs.map(({name, dtype}) => {
    const {shape, values} = inputs[names.indexOf(name)];
    return tf.tensor(values, shape, dtype);
  });
}

export async function run(feed) {
  const output = await model.executeAsync(feed);
  const values = Array.from(await output.data());
  output.dispose();
  return {values, shape: output.shape};
}
