#include <gradus/onnx/onnx.hpp>

#include <gradus/autograd/ops/arithmetic.hpp>
#include <gradus/autograd/ops/create.hpp>
#include <gradus/autograd/ops/join.hpp>
#include <gradus/autograd/ops/view.hpp>
#include <gradus/data/atomic_file.hpp>
#include <gradus/onnx/builder.hpp>

namespace gradus::onnx {

namespace {

/// Another input of the kind: other numbers, of a batch one larger if that is to be free. Integers become 0,
/// which is an index wherever there are any, and flags false.
Tensor varied(const Tensor& example, bool dynamic_batch) {
  const NoGrad guard;
  Tensor x = is_floating(example.dtype()) ? example.detach() * -0.75 + 0.125 : zeros_like(example);
  return dynamic_batch ? cat({x, narrow(x, 0, 0, 1)}) : x;
}

void check(const std::vector<Tensor>& inputs, bool dynamic_batch) {
  require(!inputs.empty(), "needs an example of each input; given none");
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    require(inputs[i].defined(), "input {} is undefined", i);
    if (!dynamic_batch) continue;
    require<ShapeError>(
        inputs[i].rank() > 0 && inputs[i].size(0) > 0 && inputs[i].size(0) == inputs[0].size(0),
        "input {} is {} and input 0 {}; for a dynamic batch all need one first size, above 0", i,
        inputs[i].shape(), inputs[0].shape());
  }
}

}  // namespace

void detail::save(const TensorFunction& model, const nn::StateDict& state, const std::vector<Tensor>& inputs,
                  const std::filesystem::path& file, const Options& options, const SourceLocation& at) {
  {
    const OpScope scope("onnx::save", at);
    check(inputs, options.dynamic_batch);
  }
  std::vector<Tensor> others;
  for (const Tensor& x : inputs) others.push_back(varied(x, options.dynamic_batch));
  // Without a scope of ours, so that each op notes the line that called it.
  const Recording example = record(model, state, inputs), other = record(model, state, others);
  require_same_way(example, other);
  const std::string content = Builder(example, other, state, options).build();
  const OpScope scope("onnx::save", at);
  data::write_file(file, content);
}

}  // namespace gradus::onnx
