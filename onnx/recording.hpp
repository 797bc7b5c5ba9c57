#pragma once

#include <vector>

#include <gradus/autograd/tensor_function.hpp>
#include <gradus/autograd/trace.hpp>
#include <gradus/nn/state.hpp>

/// For writers of exporters: what a model did once.
namespace gradus::onnx {

/// Where a value came from.
struct Value {
  enum class Kind {
    none,      ///< left out
    step,      ///< output `output` of step `index`
    input,     ///< input `index` of the model, perhaps in another shape
    state,     ///< parameter or buffer `index`, perhaps in another shape
    constant,  ///< made on the way of nothing that is recorded
  };
  Kind kind = Kind::none;
  std::size_t index = 0;
  std::uint32_t output = 0;
  Tensor tensor;

  bool is(Kind k) const { return kind == k; }
};

/// An op on the way to the results.
struct Step {
  Ref<Node> node;  ///< of the tape, or of the name and line of a comparison and the like
  std::vector<Value> inputs;
  std::vector<Tensor> outputs;
};

struct Recording {
  std::vector<Tensor> inputs;
  std::vector<Step> steps;
  std::vector<Value> results;
};

/// Runs the model and keeps what its results were computed by, in order.
Recording record(const TensorFunction& model, const nn::StateDict& state, const std::vector<Tensor>& inputs);

/// Throws ValueError, naming the op and its line, unless both runs went the same way. Shapes, attributes and
/// the values of constants may differ.
void require_same_way(const Recording& a, const Recording& b);

}  // namespace gradus::onnx
