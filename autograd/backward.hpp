#pragma once

#include <vector>

#include <gradus/autograd/tensor.hpp>

namespace gradus {

/// Options of `grad`.
struct GradOptions {
  /// The incoming gradient of each output; may be empty when every output has one element (they are 1 then).
  std::vector<Tensor> grad_outputs = {};
  /// Keep the graph, so that it can be differentiated again. Otherwise it is freed on the way.
  bool retain_graph = false;
  /// Record the derivative itself, so that it can be differentiated. Implies retain_graph.
  bool create_graph = false;
  /// An input that no output depends on gets an undefined gradient instead of an error.
  bool allow_unused = false;
  /// Take the inputs as independent of each other and of everything else: the graph behind them is not looked
  /// at, and their hooks are not called. For derivatives within a derivative, as that of a checkpoint.
  bool stop_at_inputs = false;
};

/// The gradients of sum_i <outputs[i], grad_outputs[i]> with respect to each of the inputs, which may be
/// leaves or results of recorded ops; nothing is added to anyone's `grad()`. What does not lead to the inputs
/// is not computed. Throws GraphError if an output or an input does not require a gradient, an input is
/// unused and `allow_unused` is false, the graph has been freed, or a saved value was changed in place.
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const GradOptions& options = {}, SourceLocation at = SourceLocation::current());

/// As above, for one output and one input.
Tensor grad(const Tensor& output, const Tensor& input, const GradOptions& options = {},
            SourceLocation at = SourceLocation::current());

/// `Tensor::backward` from several outputs at once. `gradients` may be empty, or undefined where an output
/// has one element.
void backward(const std::vector<Tensor>& outputs, const std::vector<Tensor>& gradients = {},
              const BackwardOptions& options = {}, SourceLocation at = SourceLocation::current());

}  // namespace gradus
