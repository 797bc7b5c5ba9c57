#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include <gradus/autograd/tensor_function.hpp>
#include <gradus/nn/module.hpp>
#include <gradus/nn/state.hpp>

/// Models for other runtimes, in the format of https://onnx.ai. Not part of gradus.hpp: it is a library of
/// its own (`gradus::onnx`), for it brings protobuf along.
namespace gradus::onnx {

/// Options of `save`.
struct Options {
  /// The first dimension of every input is a batch, whose size may be another one when the file is run.
  bool dynamic_batch = false;
  /// By default "input", or "input_0", "input_1", ..; "output" likewise.
  std::vector<std::string> input_names = {}, output_names = {};
};

namespace detail {
void save(const TensorFunction& model, const nn::StateDict& state, const std::vector<Tensor>& inputs,
          const std::filesystem::path& file, const Options& options, const SourceLocation& at);
}  // namespace detail

/// Writes what the model computes in evaluation mode, as the ops that it records on the way from the example
/// inputs, in opset 17; parameters and buffers are stored under their names. A model takes one to eight
/// tensors, or a std::vector of them, and returns a tensor, a std::vector, std::array or tuple of them.
///
/// The model, or rather a copy of it, is run twice, on inputs with other values and, for a dynamic batch,
/// another batch size: what differs between the runs cannot be stored as it is, and is derived from the
/// batch size or refused. So a model whose way depends on the values of its inputs is an error too, not a
/// file that is right for the example only.
///
/// Comparisons, logical ops and tests such as isnan are written too, and what `to` and `where` make of them,
/// although the tape does not record them. Refused are
/// - what is computed from the inputs by other ops without a derivative: arithmetic on integers and on values
///   that were detached, views of flags other than reshapes, argmax, and so grid_sample;
/// - ops that opset 17 cannot say: scatter_reduce with amax, amin and prod (ScatterElements takes the first
///   two from opset 18 on), decompositions and solvers, erfinv, Bessel and gamma functions, cumprod, cummax;
/// - random numbers, parts of the batch, and what was changed in place.
///
/// Throws ValueError naming op and source line for these; IoError when the file cannot be written.
template <class M>
void save(const M& model, const std::vector<Tensor>& inputs, const std::filesystem::path& file,
          const Options& options = {}, SourceLocation at = SourceLocation::current()) {
  M copy = nn::clone(model);
  nn::eval(copy);
  nn::unfreeze(copy);  // so that all that is computed of parameters is recorded
  const nn::StateDict state = nn::state_dict(copy);
  detail::save(gradus::detail::as_function(copy), state, inputs, file, options, at);
}

}  // namespace gradus::onnx
